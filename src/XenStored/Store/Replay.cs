using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Tree;
using XenStored.Tree.Storage;

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
    /// <param name="delta">Gets what the changes add to the accounts, but what is removed.</param>
    internal bool TryMake(Draft draft, Transaction transaction, QuotaDelta delta)
    {
        removed.Clear();
        int chainEnd = -1;
        for (int i = 0; i < transaction.Changes.Count; i++)
        {
            if (i > chainEnd)
                chainEnd = EndOfChain(transaction.Changes, i);
            i = LastAlike(transaction, i, chainEnd);
            if (!TryMake(draft, transaction.Draft, transaction.Changes[i], delta))
                return false;
        }
        return true;
    }

    bool TryMake(Draft draft, Draft made, Transaction.Made which, QuotaDelta delta)
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
        delta.Add(change);
        TreeEdit.Make(draft, change);
        return true;
    }

    // The last of nodes that were made one below the other, as by one request for a deep path.
    static int EndOfChain(IReadOnlyList<Transaction.Made> changes, int first)
    {
        int i = first;
        while (i + 1 < changes.Count && changes[i].Kind == ChangeKind.Create && changes[i + 1].Kind == ChangeKind.Create
            && IsChild(changes[i].Path, changes[i + 1].Path))
            i++;
        return i;
    }

    // Such nodes are made again by one walk: a guest could else make a commit cost the square of the depth. One request makes them alike
    // but for the last one's value; a later request of the client's own may have changed that, and then the walk ends there.
    int LastAlike(Transaction transaction, int first, int chainEnd)
    {
        if (first == chainEnd)
            return first;
        there.To(transaction.Draft.Root, StorePath.Known(transaction.Changes[chainEnd].Path));
        var steps = there.Steps[^(chainEnd - first + 1)..];
        var top = new NodeBlock(memory.Blocks, steps[0].Node);
        int alike = 0;
        while (alike + 1 < steps.Length && new NodeBlock(memory.Blocks, steps[alike].Node).ValueLength == 0
            && new NodeBlock(memory.Blocks, steps[alike + 1].Node).Permissions.SequenceEqual(top.Permissions))
            alike++;
        return first + alike;
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
