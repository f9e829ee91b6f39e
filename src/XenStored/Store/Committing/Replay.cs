using XenStored.Accounting;
using XenStored.Clients.Transacting;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Store.Committing;

/// <summary>Makes a transaction's changes again, in a draft of the current tree.</summary>
/// <param name="heir">The owner of nodes whose intended owner has died meanwhile.</param>
sealed class Replay(StoreMemory memory, ushort heir)
{
    readonly Walk there = new(memory.Blocks), here = new(memory.Blocks); // in the transaction's tree, and in the draft
    readonly List<(Ref Node, int PathLength)> removed = [];

    /// <summary>The tops of the subtrees that the last replay removed, with the lengths of their paths.</summary>
    internal IReadOnlyList<(Ref Node, int PathLength)> Removed => removed;

    /// <summary>Makes all changes. False: there is no memory for one, and the caller must discard the draft.</summary>
    /// <param name="delta">Gets what the changes add to the accounts. The removed nodes themselves are not counted.</param>
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
        var path = StorePath.Trusted(which.Path);
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

    // The index of the last creation in a chain: each made a node below the node before it, as one request for a deep path does.
    static int EndOfChain(IReadOnlyList<Transaction.Made> changes, int first)
    {
        int i = first;
        while (i + 1 < changes.Count && changes[i].Kind == ChangeKind.Create && changes[i + 1].Kind == ChangeKind.Create
            && IsChild(changes[i].Path, changes[i + 1].Path))
            i++;
        return i;
    }

    // The nodes of a chain are made again by one walk. With a walk for each, a guest could make a commit cost the square of the depth. One
    // request makes all of them with the same permissions, and only the last with a value. A later request may have changed one; then the
    // walk ends there.
    int LastAlike(Transaction transaction, int first, int chainEnd)
    {
        if (first == chainEnd)
            return first;
        there.To(transaction.Draft.Root, StorePath.Trusted(transaction.Changes[chainEnd].Path));
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

    // The owner may have died since the transaction named it. A new domain with the same id must not get the node.
    ReadOnlySpan<Permission> StillMeant(in NodeBlock node)
    {
        var permissions = memory.PermissionsOf(node);
        if (!memory.IsVoid(permissions[0], node.Stamp))
            return permissions;
        var orphaned = permissions.ToArray();
        orphaned[0] = orphaned[0] with { Domid = heir };
        return orphaned;
    }
}
