namespace XenStored.Tree.Storage.MappedFile;

/// <summary>
/// The 8 bytes at the start of each block: the epoch in which it was born (48 bits), its kind (6) and its length in granules (10). A block
/// is not written again after the epoch in which it was born, but for one with a log, to which entries are added in place.
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
