namespace XenStored.State.Memory;

/// <summary>Where a block lies: its distance from the file's beginning in granules of 16 bytes. 0 is no block.</summary>
readonly record struct Ref(uint Granule)
{
    internal const int GranuleSize = 16;

    /// <summary>Bytes of a reference in a block.</summary>
    internal const int Size = 4;

    internal static readonly Ref None = default;

    internal bool IsNone => Granule == 0;
    internal long Offset => (long)Granule * GranuleSize;
}

/// <summary>What a block holds. <see cref="Memory.Refs"/> knows which other blocks each kind refers to.</summary>
enum BlockKind
{
    Free = 0,
    Node = 1,
    Value = 2,
    Order = 3,
    Names = 4,
    Bucket = 5,
}

/// <summary>
/// The 8 bytes that begin each block: the epoch it was born in (48 bits), its kind (6) and its length in granules (10). A block is never
/// written again after the epoch of its birth.
/// </summary>
readonly record struct BlockHeader(ulong Bits)
{
    internal const int Size = 8;
    internal const int MostGranules = (1 << 10) - 1;

    internal BlockHeader(long born, BlockKind kind, int granules) : this((ulong)born << 16 | (ulong)kind << 10 | (uint)granules) { }

    internal long Born => (long)(Bits >> 16);
    internal BlockKind Kind => (BlockKind)(Bits >> 10 & 0x3F);
    internal int Granules => (int)(Bits & MostGranules);
}
