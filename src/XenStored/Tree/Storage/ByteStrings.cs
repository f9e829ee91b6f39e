using System.Diagnostics.CodeAnalysis;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tree.Storage;

/// <summary>Compares byte strings by content. A dictionary that uses it can be searched with a span.</summary>
sealed class ByteStrings : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    internal static readonly ByteStrings Comparer = new();

    static readonly ulong Seed = NameHash.NewSeed();

    /// <summary>A hash that no guest can predict.</summary>
    internal static ulong Hash(ReadOnlySpan<byte> bytes) => NameHash.Of(bytes, Seed);

    public bool Equals(byte[]? a, byte[]? b) => a.AsSpan().SequenceEqual(b);
    public int GetHashCode([DisallowNull] byte[] bytes) => (int)Hash(bytes);
    public bool Equals(ReadOnlySpan<byte> a, byte[] b) => a.SequenceEqual(b);
    public int GetHashCode(ReadOnlySpan<byte> bytes) => (int)Hash(bytes);
    public byte[] Create(ReadOnlySpan<byte> bytes) => bytes.ToArray();
}
