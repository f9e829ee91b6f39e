using System.Runtime.InteropServices;

namespace XenStored.Tree.Storage.MappedFile;

/// <summary>A hash of names with a secret seed. It multiplies and folds words of eight bytes, as wyhash does.</summary>
static class NameHash
{
    const ulong First = 0xA0761D6478BD642F, Second = 0xE7037ED1A0B428DB;

    internal static ulong Of(ReadOnlySpan<byte> name, ulong seed)
    {
        ulong hash = seed ^ Mix((ulong)name.Length + First, seed ^ Second);
        while (name.Length >= 8)
        {
            hash = Mix(MemoryMarshal.Read<ulong>(name) ^ First, hash ^ Second);
            name = name[8..];
        }
        ulong last = 0;
        for (int i = 0; i < name.Length; i++)
            last |= (ulong)name[i] << 8 * i;
        return Mix(Mix(last ^ First, hash ^ Second), seed ^ First);
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
