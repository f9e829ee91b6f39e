namespace XenStored.Tree.Storage;

/// <summary>A root that is kept from reuse until it is dropped.</summary>
sealed class Snapshot(long epoch, Ref root)
{
    /// <summary>The snapshot sees blocks born up to this epoch.</summary>
    internal long Epoch { get; } = epoch;

    internal Ref Root { get; } = root;

    /// <summary>Blocks and subtrees that died while this was the newest snapshot that sees them.</summary>
    internal List<(Ref Block, bool IsSubtree)> Dead { get; } = [];
}
