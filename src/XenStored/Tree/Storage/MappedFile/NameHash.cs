using System.Runtime.InteropServices;

namespace XenStored.Tree.Storage.MappedFile;

/// <summary>A hash of names with a secret seed. It multiplies and folds words of eight bytes, as wyhash does.</summary>
static class NameHash
{
    const ulong First = 0xA0761D6478BD642F, Second = 0xE7037ED1A0B428DB;

    internal static ulong Of(ReadOnlySpan<byte> name, ulong seed) => Of(name, seed, First, Second);

    /// <summary>
    /// A hash of any bytes. It has secret constants: a word that equals a constant makes a hash forget what came before that word. No name
    /// has such a word, because the public constants have bytes that are in no name.
    /// </summary>
    internal static ulong OfBytes(ReadOnlySpan<byte> bytes, ulong seed) => Of(bytes, seed, Mix(seed, First), Mix(seed, Second));

    static ulong Of(ReadOnlySpan<byte> bytes, ulong seed, ulong first, ulong second)
    {
        ulong hash = seed ^ Mix((ulong)bytes.Length + first, seed ^ second);
        while (bytes.Length >= 8)
        {
            hash = Mix(MemoryMarshal.Read<ulong>(bytes) ^ first, hash ^ second);
            bytes = bytes[8..];
        }
        ulong last = 0;
        for (int i = 0; i < bytes.Length; i++)
            last |= (ulong)bytes[i] << 8 * i;
        return Mix(Mix(last ^ first, hash ^ second), seed ^ first);
    }

    /// <summary>
    /// A seed that nobody can predict. It is the kernel's randomness, by way of Guid. The runtime's own generator of random numbers loads
    /// OpenSSL, which a dom0 may not have.
    /// </summary>
    internal static ulong NewSeed()
    {
        var random = MemoryMarshal.Cast<byte, ulong>(Guid.NewGuid().ToByteArray().AsSpan());
        return Mix(random[0] ^ First, random[1] ^ Second);
    }

    internal static ulong Mix(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
