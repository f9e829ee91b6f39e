using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenStored.Store.Records;

/// <summary>Reads the fields of a record in the order in which <see cref="FieldWriter"/> wrote them.</summary>
ref struct FieldReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> rest = bytes;

    /// <summary>The next number.</summary>
    /// <exception cref="InvalidDataException">The record is too short.</exception>
    internal T Next<T>() where T : unmanaged => MemoryMarshal.Read<T>(Take(Unsafe.SizeOf<T>()));

    /// <summary>The next value, if there is one.</summary>
    /// <exception cref="InvalidDataException">The record is too short.</exception>
    internal T? NextIfAny<T>() where T : unmanaged => Next<byte>() == 0 ? null : Next<T>();

    /// <summary>The next bytes.</summary>
    /// <exception cref="InvalidDataException">The record is too short.</exception>
    internal byte[] NextBytes() => Take(Next<int>()).ToArray();

    ReadOnlySpan<byte> Take(int length)
    {
        if ((uint)length > (uint)rest.Length)
            throw new InvalidDataException("a record is too short");
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
