using System.Runtime.InteropServices;

namespace XenStored.Store.Records;

/// <summary>
/// Writes the fields of a record one after the other, in the machine's byte order: the file is read on this machine only.
/// </summary>
sealed class FieldWriter
{
    readonly List<byte> bytes = [];

    internal byte[] ToArray() => [.. bytes];

    /// <summary>Adds a number, or another value without references.</summary>
    internal void Add<T>(T value) where T : unmanaged => bytes.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>Adds whether there is a value, and the value.</summary>
    internal void AddIfAny<T>(T? value) where T : unmanaged
    {
        Add((byte)(value is null ? 0 : 1));
        if (value is { } present)
            Add(present);
    }

    /// <summary>Adds bytes, after their number.</summary>
    internal void Add(ReadOnlySpan<byte> value)
    {
        Add(value.Length);
        bytes.AddRange(value);
    }
}
