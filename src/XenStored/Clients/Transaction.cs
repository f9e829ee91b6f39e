using XenStored.Tree;
using XenStored.Tree.Storage;

namespace XenStored.Clients;

/// <summary>
/// A transaction: a snapshot to read from, a private draft to change, and a note of what was read and changed. At the commit each part
/// that was read must be as it was in the snapshot; then the changes are made again on the tree as it is now. So different children made
/// under one parent, or writes to siblings, never conflict, and every committed transaction is as if it had run alone at its commit.
/// Worked example: T reads /a and creates /b/x. Meanwhile others write /b's value, create /b/y, and write /a's value and then the old one
/// again. T commits: /a reads as it did, /b/x is still absent, /b's permissions, which x inherits, are the same.
/// </summary>
sealed class Transaction(Snapshot start, Draft draft)
{
    /// <summary>A change to be made again. The value and permissions are the draft's at the commit.</summary>
    internal readonly record struct Made(ChangeKind Kind, byte[] Path);

    readonly Dictionary<byte[], TouchedNode> touched = new(ByteStrings.Comparer);
    readonly List<TouchedNode> inOrder = [];
    readonly List<Made> changes = [];

    internal Snapshot Start { get; } = start;
    internal Draft Draft { get; } = draft;

    /// <summary>A request was refused for a quota or for want of memory: this transaction must not commit.</summary>
    internal bool IsPoisoned { get; set; }

    /// <summary>Committed or given up.</summary>
    internal bool IsOver { get; set; }

    /// <summary>Bytes charged to the domain for what is noted here.</summary>
    internal long Charge { get; private set; }

    /// <summary>How much of <see cref="Charge"/> the domain's account holds.</summary>
    internal long Charged { get; set; }

    /// <summary>In the order in which they were first come across, which is the order of the events at the commit.</summary>
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

    // Charges for the bytes of a node that the draft holds beside the true tree: the most that it had.
    void Hold(ReadOnlySpan<byte> path, int bytes)
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

    /// <summary>Notes a change that the draft has already made. Its walk is the one from before.</summary>
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
            Hold(path, change.Value.Length + NodeRecord.PermissionBytes(change.Permissions.Length));
        }
        Touch(path).Fires = true;
    }

    // A creation depends on the permissions of the node above, which it inherits, and on each new node's absence.
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
        var facet = kind switch
        {
            ChangeKind.SetValue => NodeParts.Value,
            ChangeKind.SetPermissions => NodeParts.Permissions,
            _ => NodeParts.Presence | NodeParts.Value | NodeParts.Permissions,
        };
        if (kind is ChangeKind.SetValue or ChangeKind.SetPermissions && (node.Written & facet) != 0)
            return; // the draft's latest is taken anyway
        node.Written |= facet;
        changes.Add(new(kind, node.Path));
    }

    // What was to be done to the node and all below it is no more.
    void Remove(ReadOnlySpan<byte> path)
    {
        var top = Touch(path).Path;
        changes.RemoveAll(change => IsAtOrBelow(change.Path, top));
        foreach (var node in inOrder)
            if (IsAtOrBelow(node.Path, top))
                node.Written = NodeParts.None;
        changes.Add(new(ChangeKind.Remove, top));
    }

    static bool IsAtOrBelow(byte[] path, byte[] top) =>
        path.AsSpan().StartsWith(top) && (path.Length == top.Length || path[top.Length] == '/');
}
