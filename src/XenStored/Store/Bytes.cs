using System.Diagnostics.CodeAnalysis;

namespace XenStored.Store;

/// <summary>Compares byte strings by content, and lets a dictionary keyed by them be asked with a span.</summary>
sealed class Bytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    internal static readonly Bytes Comparer = new();

    static readonly ulong Seed = State.Memory.NameHash.NewSeed();

    /// <summary>A hash that no guest can foresee.</summary>
    internal static ulong Hash(ReadOnlySpan<byte> bytes) => State.Memory.NameHash.Of(bytes, Seed);

    public bool Equals(byte[]? a, byte[]? b) => a.AsSpan().SequenceEqual(b);
    public int GetHashCode([DisallowNull] byte[] bytes) => (int)Hash(bytes);
    public bool Equals(ReadOnlySpan<byte> a, byte[] b) => a.SequenceEqual(b);
    public int GetHashCode(ReadOnlySpan<byte> bytes) => (int)Hash(bytes);
    public byte[] Create(ReadOnlySpan<byte> bytes) => bytes.ToArray();
}
