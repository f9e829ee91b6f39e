using XenStored.State;
using XenStored.State.Memory;

namespace XenStored.Store;

/// <summary>Makes a transaction's changes again, in a draft of the true tree.</summary>
/// <param name="heir">Owner of what a domain was to own that died meanwhile.</param>
sealed class Replay(StoreMemory memory, ushort heir)
{
    readonly Walk there = new(memory.Blocks), here = new(memory.Blocks); // in the transaction's tree, and in the draft
    readonly List<(Ref Node, int PathLength)> removed = [];

    /// <summary>The tops of the subtrees that the last replay removed, with the lengths of their paths.</summary>
    internal IReadOnlyList<(Ref Node, int PathLength)> Removed => removed;

    /// <summary>Makes all changes; false if there is no room for one, and the draft is to be discarded.</summary>
    /// <param name="ledger">Gets what the changes add to the accounts, but what is removed.</param>
    internal bool TryMake(Draft draft, Transaction transaction, Ledger ledger)
    {
        removed.Clear();
        for (int i = 0; i < transaction.Changes.Count; i++)
            if (!TryMake(draft, transaction.Draft, LastOfChain(transaction, ref i), ledger))
                return false;
        return true;
    }

    bool TryMake(Draft draft, Draft made, Transaction.Made which, Ledger ledger)
    {
        var path = StorePath.Known(which.Path);
        here.To(draft.Root, path);
        if (which.Kind == ChangeKind.Remove && !here.Found)
            return true;
        there.To(made.Root, path);
        var source = there.Node;
        var change = which.Kind switch
        {
            ChangeKind.Remove => Change.Remove(here, path),
            ChangeKind.Create => Change.Create(here, path, StillMeant(source), source.Value),
            ChangeKind.SetValue => Change.SetValue(here, path, source.Value),
            _ => Change.SetPermissions(here, path, StillMeant(source)),
        };
        if (!Capacity.TryReserve(memory.Blocks, change))
            return false;
        if (which.Kind == ChangeKind.Remove)
            removed.Add((here.Deepest, path.Bytes.Length));
        ledger.Add(change);
        Tree.Make(draft, change);
        return true;
    }

    // Nodes that were made one below the other, as by one request for a deep path, are made again by one walk: a guest could else make a
    // commit cost the square of the depth. They must be alike but for the last one's value, as one request makes them.
    Transaction.Made LastOfChain(Transaction transaction, ref int i)
    {
        var changes = transaction.Changes;
        int first = i;
        while (i + 1 < changes.Count && changes[i].Kind == ChangeKind.Create && changes[i + 1].Kind == ChangeKind.Create
            && IsChild(changes[i].Path, changes[i + 1].Path))
            i++;
        if (i == first)
            return changes[i];
        there.To(transaction.Draft.Root, StorePath.Known(changes[i].Path));
        var last = there.Node;
        foreach (var step in there.Steps[^(i - first + 1)..^1])
        {
            var node = new NodeBlock(memory.Blocks, step.Node);
            if (node.ValueLength == 0 && node.Permissions.SequenceEqual(last.Permissions))
                continue;
            i = first;
            break;
        }
        return changes[i];
    }

    static bool IsChild(byte[] path, byte[] child) =>
        child.Length > path.Length + 1 && child[path.Length] == '/' && child.AsSpan().StartsWith(path)
        && child.AsSpan(path.Length + 1).IndexOf((byte)'/') < 0;

    // A domain may have died since the transaction named it: its successor must not get what was meant for it.
    ReadOnlySpan<Permission> StillMeant(in NodeBlock node)
    {
        var permissions = memory.PermissionsOf(node);
        if (!memory.IsVoid(permissions[0], node.Generation))
            return permissions;
        var orphaned = permissions.ToArray();
        orphaned[0] = orphaned[0] with { Domid = heir };
        return orphaned;
    }
}
