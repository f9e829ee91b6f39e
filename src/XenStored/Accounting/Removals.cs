using XenStored.Clients;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Accounting;

/// <summary>
/// Takes removed nodes off their owners' accounts. A small subtree is counted at once. Of a large one, the rest is counted in later
/// iterations, some nodes in each. So the removal of a hundred thousand nodes delays nobody. Before a client is refused for a quota,
/// <see cref="Settle"/> makes the accounts exact.
/// </summary>
sealed class Removals(StoreMemory memory, Domains domains)
{
    const int AtOnce = 256;

    readonly record struct Item(Ref Node, int PathLength);

    /// <summary>A removed subtree that is not counted completely. The snapshot keeps its blocks.</summary>
    sealed record Unfinished(Snapshot Keeps, Stack<Item> Left);

    readonly Queue<Unfinished> unfinished = [];

    internal bool HasWork => unfinished.Count > 0;

    /// <summary>Counts a subtree that a kept draft removes. Call this before the draft is retired.</summary>
    /// <param name="before">The root that the draft replaced.</param>
    /// <param name="node">The subtree's top.</param>
    internal void Removed(Draft kept, Ref before, Ref node, int pathLength)
    {
        var left = new Stack<Item>();
        left.Push(new(node, pathLength));
        if (!Count(left, AtOnce))
            unfinished.Enqueue(new(memory.TakeBefore(kept, before), left));
    }

    /// <summary>Counts up to <paramref name="budget"/> more nodes.</summary>
    internal void Work(int budget)
    {
        if (!unfinished.TryPeek(out var first) || !Count(first.Left, budget))
            return;
        memory.Drop(first.Keeps);
        unfinished.Dequeue();
    }

    /// <summary>Counts all that is left. Afterwards the accounts are exact.</summary>
    internal void Settle()
    {
        while (HasWork)
            Work(int.MaxValue);
    }

    /// <summary>Adds a whole removed subtree to a delta at once.</summary>
    internal static void Count(Blocks blocks, Ref node, int pathLength, QuotaDelta delta)
    {
        var left = new Stack<Item>();
        left.Push(new(node, pathLength));
        while (left.TryPop(out var item))
        {
            var (domid, bytes) = Visit(blocks, item, left);
            delta.Add(domid, -1, -bytes);
        }
    }

    // False: the budget was used up before the end.
    bool Count(Stack<Item> left, int budget)
    {
        while (left.TryPop(out var item))
        {
            if (budget-- == 0)
            {
                left.Push(item);
                return false;
            }
            var (domid, bytes) = Visit(memory.Blocks, item, left);
            domains.Charge(domid, -1, -bytes);
        }
        return true;
    }

    static (ushort Domid, long Bytes) Visit(Blocks blocks, Item item, Stack<Item> left)
    {
        if (blocks.Kind(item.Node) != BlockKind.Node)
            throw new InvalidOperationException($"block {item.Node.Granule} was freed before it was counted"); // a bug of ours
        var node = new NodeBlock(blocks, item.Node);
        for (uint position = 0; Children.TryNext(blocks, node, ref position, out var child); position++)
            left.Push(new(child, item.PathLength + 1 + new NodeBlock(blocks, child).Name.Length));
        return (node.Owner, item.PathLength + NodeRecord.Size(blocks, node));
    }
}
