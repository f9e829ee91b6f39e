namespace XenStored.Tree.Storage.MappedFile;

/// <summary>Allocates and reads blocks by reference. The layouts of blocks use nothing below this.</summary>
sealed class Blocks(StoreFile file, ulong hashSeed)
{
    internal Slabs Slabs { get; } = new(file);

    internal ulong HashSeed => hashSeed;

    /// <summary>All bytes of a block, its header included.</summary>
    internal ReadOnlySpan<byte> this[Ref block] => file.Bytes(block.Offset, file.Header(block).Granules * Ref.GranuleSize);

    /// <summary>The bytes of a block that was born in this draft, to be changed in place.</summary>
    internal Span<byte> Mine(Ref block, long epoch) =>
        Born(block) == epoch
            ? file.Bytes(block.Offset, file.Header(block).Granules * Ref.GranuleSize)
            : throw new InvalidOperationException($"block {block.Granule} is not this draft's"); // it may not be written

    internal long Born(Ref block) => file.Header(block).Born;

    internal BlockKind Kind(Ref block) => file.Header(block).Kind;

    internal Ref Allocate(long born, BlockKind kind, int bytes, out Span<byte> block) => Slabs.Allocate(born, kind, bytes, out block);
}
