using XenStored.Clients.Transacting;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Store.Committing;

/// <summary>
/// Looks whether others have changed what a transaction read (see <see cref="Transaction"/> for the rule and a worked example).
/// </summary>
sealed class Conflicts(StoreMemory memory)
{
    readonly Walk there = new(memory.Blocks), here = new(memory.Blocks); // in the transaction's snapshot, and in the current tree

    /// <summary>The first node with a part that the transaction read and others have changed since; null if there is none.</summary>
    internal TouchedNode? FirstDisturbed(Transaction transaction)
    {
        if (memory.Root == transaction.Start.Root)
            return null;
        foreach (var node in transaction.Nodes)
            if (IsDisturbed(transaction, node))
                return node;
        return null;
    }

    bool IsDisturbed(Transaction transaction, TouchedNode node)
    {
        if (node.Read == NodeParts.None)
            return false;
        var path = StorePath.Trusted(node.Path);
        there.To(transaction.Start.Root, path);
        here.To(memory.Root, path);
        if (there.Found != here.Found)
            return true;
        if (!there.Found || there.Deepest == here.Deepest)
            return false;
        var then = there.Node;
        var now = here.Node;
        if (then.Stamp == now.Stamp)
            return false;
        return (node.Read & NodeParts.Stamp) != 0
            || (node.Read & NodeParts.Value) != 0 && !then.Value.SequenceEqual(now.Value)
            || (node.Read & NodeParts.Permissions) != 0 && !memory.PermissionsOf(then).SequenceEqual(memory.PermissionsOf(now))
            || (node.Read & NodeParts.Children) != 0 && !SameChildren(then, now);
    }

    bool SameChildren(in NodeBlock then, in NodeBlock now)
    {
        if (then.ChildCount != now.ChildCount)
            return false;
        var blocks = memory.Blocks;
        uint thenAt = 0, nowAt = 0;
        while (Children.TryNext(blocks, then, ref thenAt, out var a) && Children.TryNext(blocks, now, ref nowAt, out var b))
        {
            if (a != b && !new NodeBlock(blocks, a).Name.SequenceEqual(new NodeBlock(blocks, b).Name))
                return false;
            thenAt++;
            nowAt++;
        }
        return true;
    }
}
