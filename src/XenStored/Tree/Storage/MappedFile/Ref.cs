namespace XenStored.Tree.Storage.MappedFile;

/// <summary>A reference to a block: its offset in the file in granules of 16 bytes. 0 is no block.</summary>
readonly record struct Ref(uint Granule)
{
    internal const int GranuleSize = 16;

    /// <summary>Bytes of a reference in a block.</summary>
    internal const int Size = 4;

    internal static readonly Ref None = default;

    internal bool IsNone => Granule == 0;
    internal long Offset => (long)Granule * GranuleSize;
}
