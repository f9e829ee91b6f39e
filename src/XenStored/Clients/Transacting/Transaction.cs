using XenStored.Tree;
using XenStored.Tree.Storage;

namespace XenStored.Clients.Transacting;

/// <summary>
/// A transaction: a snapshot to read from, a private draft to change, and notes of what was read and changed. At the commit each part that
/// was read must be as it was in the snapshot. Then the changes are made again in the current tree. So transactions that make different
/// children of one parent, or write siblings, never conflict. Every committed transaction has the effect of having run alone at its commit.
/// Worked example: T reads /a and creates /b/x. Meanwhile others write /b's value, create /b/y, and write /a's value and then the old value
/// again. T commits, because /a's value is the same, /b/x is still absent, and /b's permissions, which x inherits, are the same.
/// </summary>
sealed class Transaction(Snapshot start, Draft draft)
{
    /// <summary>A change that the commit makes again, with the draft's value and permissions at that moment.</summary>
    internal readonly record struct Made(ChangeKind Kind, byte[] Path);

    readonly Dictionary<byte[], TouchedNode> touched = new(ByteStrings.Comparer);
    readonly List<TouchedNode> inOrder = [];
    readonly List<Made> changes = [];

    internal Snapshot Start { get; } = start;
    internal Draft Draft { get; } = draft;

    /// <summary>A request was refused for a quota or for lack of memory, so the transaction must not commit.</summary>
    internal bool IsPoisoned { get; set; }

    /// <summary>
    /// It was begun in an earlier process, and what it did there is lost: it ends in EAGAIN. Until then its client goes on with it as if
    /// nothing had happened, because some clients take any error within a transaction for the end of what they do.
    /// </summary>
    internal bool IsLost { get; init; }

    /// <summary>It was committed or aborted.</summary>
    internal bool IsOver { get; set; }

    /// <summary>Bytes to charge to the domain for what is noted here.</summary>
    internal long Charge { get; private set; }

    /// <summary>The part of <see cref="Charge"/> that is on the domain's account already.</summary>
    internal long Charged { get; set; }

    /// <summary>The nodes in the order in which they were first touched. The events at the commit have the same order.</summary>
    internal IReadOnlyList<TouchedNode> Nodes => inOrder;

    internal IReadOnlyList<Made> Changes => changes;

    /// <summary>Bytes charged for noting a path.</summary>
    internal static int ChargeOf(ReadOnlySpan<byte> path) => path.Length + NodeRecord.Head;

    TouchedNode Touch(ReadOnlySpan<byte> path)
    {
        if (touched.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(path, out var node))
            return node;
        node = new(path.ToArray());
        touched.Add(node.Path, node);
        inOrder.Add(node);
        Charge += ChargeOf(path);
        return node;
    }

    // Charges for the bytes of a node that the draft has beside the current tree: the most that it ever had.
    void ChargeFor(ReadOnlySpan<byte> path, int bytes)
    {
        var node = Touch(path);
        Charge += Math.Max(bytes - node.Held, 0);
        node.Held = Math.Max(bytes, node.Held);
    }

    /// <summary>Notes that a result depended on parts of a node.</summary>
    internal void Read(ReadOnlySpan<byte> path, NodeParts parts)
    {
        var node = Touch(path);
        node.Read |= parts & ~node.Written;
    }

    /// <summary>Notes a change that was made in the draft. The change's walk is still the one from before.</summary>
    internal void Note(in Change change)
    {
        var path = change.Path.Bytes;
        if (change.Kind == ChangeKind.Remove)
            Remove(path);
        else
        {
            if (change.Kind == ChangeKind.Create)
                NoteMissing(change);
            else
                Write(change.Kind, path);
            ChargeFor(path, change.Value.Length + NodeRecord.PermissionBytes(change.Permissions.Length));
        }
        Touch(path).Fires = true;
    }

    // A creation depends on the permissions of the existing node above, which it inherits, and on the absence of each new node.
    void NoteMissing(in Change change)
    {
        var path = change.Path.Bytes;
        Read(change.Walk.DeepestPath(change.Path).Bytes, NodeParts.Presence | NodeParts.Permissions);
        for (int end = path.Length - change.Missing.Length; end < path.Length; end++)
        {
            int slash = path[end..].IndexOf((byte)'/');
            end = slash < 0 ? path.Length : end + slash;
            Read(path[..end], NodeParts.Presence);
            Write(ChangeKind.Create, path[..end]);
        }
    }

    void Write(ChangeKind kind, ReadOnlySpan<byte> path)
    {
        var node = Touch(path);
        var parts = kind switch
        {
            ChangeKind.SetValue => NodeParts.Value,
            ChangeKind.SetPermissions => NodeParts.Permissions,
            _ => NodeParts.Presence | NodeParts.Value | NodeParts.Permissions,
        };
        if (kind is ChangeKind.SetValue or ChangeKind.SetPermissions && (node.Written & parts) != 0)
            return; // the commit takes the draft's last value anyway
        node.Written |= parts;
        changes.Add(new(kind, node.Path));
    }

    // Drops the earlier changes of the node and all below it.
    void Remove(ReadOnlySpan<byte> path)
    {
        byte[] top = Touch(path).Path;
        changes.RemoveAll(change => IsAtOrBelow(change.Path, top));
        foreach (var node in inOrder)
            if (IsAtOrBelow(node.Path, top))
                node.Written = NodeParts.None;
        changes.Add(new(ChangeKind.Remove, top));
    }

    static bool IsAtOrBelow(byte[] path, byte[] top) =>
        path.AsSpan().StartsWith(top) && (path.Length == top.Length || path[top.Length] == '/');
}
