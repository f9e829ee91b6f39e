using System.Buffers.Binary;

namespace XenStored.Streams;

/// <summary>The fields of the current record of a source, one after the other.</summary>
ref struct RecordFields(RecordSource source)
{
    readonly ReadOnlySpan<byte> body = source.Body;
    int at;

    /// <summary>The bytes that are left.</summary>
    internal readonly int Left => body.Length - at;

    /// <exception cref="InvalidDataException">The record is too short.</exception>
    internal ushort NextUInt16(string what) => BinaryPrimitives.ReadUInt16LittleEndian(NextBytes(2, what));

    /// <exception cref="InvalidDataException">The record is too short.</exception>
    internal uint NextUInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(NextBytes(4, what));

    /// <exception cref="InvalidDataException">The record is too short.</exception>
    internal int NextInt32(string what) => BinaryPrimitives.ReadInt32LittleEndian(NextBytes(4, what));

    /// <exception cref="InvalidDataException">The record is too short.</exception>
    internal ulong NextUInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(NextBytes(8, what));

    /// <exception cref="InvalidDataException">The record is too short.</exception>
    internal ReadOnlySpan<byte> NextBytes(uint count, string what)
    {
        if (count > (uint)Left)
            throw source.Fault($"the record ends within the {what}, which has {count} bytes");
        var bytes = body.Slice(at, (int)count);
        at += (int)count;
        return bytes;
    }

    /// <summary>A text of so many bytes, whose last is the only NUL. The result is without it.</summary>
    /// <exception cref="InvalidDataException">The record is too short, or the text has another form.</exception>
    internal ReadOnlySpan<byte> NextText(ushort count, string what)
    {
        var text = NextBytes(count, what);
        return text.IndexOf((byte)0) == count - 1 && count > 0
            ? text[..^1]
            : throw source.Fault($"the {what} of {count} bytes does not end with its first NUL");
    }

    /// <summary>A text of any length that ends with a NUL. The result is without it.</summary>
    /// <exception cref="InvalidDataException">There is no NUL.</exception>
    internal ReadOnlySpan<byte> NextText(string what)
    {
        int end = body[at..].IndexOf((byte)0);
        if (end < 0)
            throw source.Fault($"the record ends within the {what}");
        return NextBytes((uint)end + 1, what)[..end];
    }

    /// <summary>Goes on at the next multiple of 8 bytes of the body.</summary>
    internal void Align() => at = Math.Min((at + 7) & ~7, body.Length);
}
