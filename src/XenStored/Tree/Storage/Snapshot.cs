using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tree.Storage;

/// <summary>A root whose blocks are not freed until the snapshot is dropped.</summary>
sealed class Snapshot(long epoch, Ref root)
{
    /// <summary>The snapshot sees blocks that were born up to this epoch.</summary>
    internal long Epoch { get; } = epoch;

    internal Ref Root { get; } = root;

    /// <summary>Blocks and subtrees that died while this was the newest snapshot that sees them.</summary>
    internal List<(Ref Block, bool IsSubtree)> Dead { get; } = [];
}
