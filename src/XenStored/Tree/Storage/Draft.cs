using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree.Storage;

/// <summary>
/// A tree with changes that are not accepted yet. It has a root of its own, and blocks that were born in its epoch, which it may still
/// write. To undo the changes, discard the draft. A block that the draft no longer needs is freed at once if it is the draft's own. An
/// older block belongs to the tree that the draft began from, so it is noted until the draft is kept.
/// </summary>
sealed class Draft(Blocks blocks, Reclaimer reclaimer, DomainEpochs epochs, Stamps stamps)
{
    internal Blocks Blocks { get; } = blocks;

    /// <summary>The epoch in which all blocks of this draft are born. No other draft has it.</summary>
    internal long Epoch { get; private set; }

    internal Ref Root { get; set; }

    /// <summary>Older blocks that are no longer needed.</summary>
    internal List<Ref> DeadBlocks { get; } = [];

    /// <summary>Older nodes that are no longer needed, together with all blocks that they refer to.</summary>
    internal List<Ref> DeadSubtrees { get; } = [];

    /// <summary>Begins to change the tree at a root.</summary>
    internal Draft Begin(long epoch, Ref root)
    {
        (Epoch, Root) = (epoch, root);
        DeadBlocks.Clear();
        DeadSubtrees.Clear();
        return this;
    }

    /// <summary>A node's permissions without the void ones, for a new block of the node.</summary>
    internal ReadOnlySpan<Permission> PermissionsOf(scoped in NodeBlock node) => epochs.Of(node);

    /// <summary>The next stamp, for the node that is written now.</summary>
    internal long NextStamp() => stamps.Next();

    internal bool IsMine(Ref block) => Blocks.Born(block) == Epoch;

    internal void Dead(Ref block)
    {
        if (IsMine(block))
            Blocks.Slabs.Free(block);
        else
            DeadBlocks.Add(block);
    }

    /// <summary>A node and all blocks that it refers to are no longer needed.</summary>
    internal void DeadSubtree(Ref node)
    {
        if (IsMine(node))
            reclaimer.Discard(this, node); // its older parts still belong to the tree that the draft began from
        else
            DeadSubtrees.Add(node);
    }

    /// <summary>Makes a copy that may be written. If the block is the draft's own, returns the block itself.</summary>
    internal Ref Copy(Ref block, out Span<byte> copy)
    {
        if (!IsMine(block))
        {
            var old = Blocks[block];
            var made = Blocks.Allocate(Epoch, Blocks.Kind(block), old.Length, out copy);
            old[BlockHeader.Size..].CopyTo(copy[BlockHeader.Size..]);
            Dead(block);
            return made;
        }
        copy = Blocks.Mine(block, Epoch);
        return block;
    }
}
