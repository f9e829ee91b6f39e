namespace XenStored.Tree.Storage;

/// <summary>Blocks by reference: where they are had, read and given back. The layouts above it build on nothing else.</summary>
sealed class Blocks(StoreFile file, ulong hashSeed)
{
    internal Slabs Slabs { get; } = new(file);

    internal ulong HashSeed => hashSeed;

    /// <summary>All bytes of a block, its header included.</summary>
    internal ReadOnlySpan<byte> this[Ref block] => file.Bytes(block.Offset, file.Header(block).Granules * Ref.GranuleSize);

    /// <summary>The bytes of a block that was born in the draft at hand, to be changed in place.</summary>
    internal Span<byte> Mine(Ref block, long epoch) =>
        Born(block) == epoch
            ? file.Bytes(block.Offset, file.Header(block).Granules * Ref.GranuleSize)
            : throw new InvalidOperationException($"block {block.Granule} is not this draft's"); // a committed block is never written

    internal long Born(Ref block) => file.Header(block).Born;

    internal BlockKind Kind(Ref block) => file.Header(block).Kind;

    internal Ref Allocate(long born, BlockKind kind, int bytes, out Span<byte> block) => Slabs.Allocate(born, kind, bytes, out block);
}
