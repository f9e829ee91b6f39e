namespace XenStored.Tree.Storage;

/// <summary>
/// A tree being changed: a root of its own, and blocks born in its epoch, which it may still write. Not keeping a draft is undo.
/// A block that a draft no longer needs is freed at once if it is the draft's own; an older one belongs to what the draft began from,
/// and is noted for the moment the draft is kept.
/// </summary>
sealed class Draft(Blocks blocks, Reclaimer reclaimer, DomainEpochs epochs, Stamps stamps)
{
    internal Blocks Blocks { get; } = blocks;

    /// <summary>All blocks of this draft are born in this epoch, which nobody else has.</summary>
    internal long Epoch { get; private set; }

    internal Ref Root { get; set; }

    /// <summary>Older blocks that are no longer needed.</summary>
    internal List<Ref> DeadBlocks { get; } = [];

    /// <summary>Older nodes that are no longer needed with all that they refer to.</summary>
    internal List<Ref> DeadSubtrees { get; } = [];

    /// <summary>Begins to change the tree at a root.</summary>
    internal Draft Begin(long epoch, Ref root)
    {
        (Epoch, Root) = (epoch, root);
        DeadBlocks.Clear();
        DeadSubtrees.Clear();
        return this;
    }

    /// <summary>A node's permissions, less those that lost their meaning: what a new block of it holds.</summary>
    internal ReadOnlySpan<Permission> PermissionsOf(in NodeBlock node) => epochs.Of(node);

    /// <summary>The stamp of the node that is written now.</summary>
    internal long NextStamp() => stamps.Next();

    internal bool IsMine(Ref block) => Blocks.Born(block) == Epoch;

    internal void Dead(Ref block)
    {
        if (IsMine(block))
            Blocks.Slabs.Free(block);
        else
            DeadBlocks.Add(block);
    }

    /// <summary>A node is no longer needed, nor is what it refers to.</summary>
    internal void DeadSubtree(Ref node)
    {
        if (IsMine(node))
            reclaimer.Discard(this, node); // its older parts are still what the draft began from
        else
            DeadSubtrees.Add(node);
    }

    /// <summary>A copy that may be written; the block itself if it is the draft's own.</summary>
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
