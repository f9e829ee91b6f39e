using System.Buffers.Binary;

namespace XenStored.Streams;

/// <summary>Puts one record together after the other, in one buffer that it uses again, and writes each when it is complete.</summary>
sealed class RecordBuffer(Stream stream)
{
    byte[] bytes = new byte[4096];
    int length;

    /// <summary>Begins a record.</summary>
    internal void Begin(RecordType type)
    {
        length = 0;
        Add((uint)type);
        Add(0u); // the length, when it is known
    }

    internal void Add(byte value) => Grow(1)[0] = value;

    internal void Add(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Grow(2), value);

    internal void Add(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Grow(4), value);

    internal void Add(int value) => BinaryPrimitives.WriteInt32LittleEndian(Grow(4), value);

    internal void Add(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Grow(8), value);

    internal void Add(ReadOnlySpan<byte> value) => value.CopyTo(Grow(value.Length));

    /// <summary>Adds a text and its NUL.</summary>
    internal void AddText(ReadOnlySpan<byte> text)
    {
        Add(text);
        Add((byte)0);
    }

    /// <summary>Adds the length of something as 16 bits.</summary>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    internal void AddLength(int value, string what)
    {
        if (value > ushort.MaxValue)
            throw new ArgumentException($"The {what} has {value}, and a record has room for {ushort.MaxValue}.");
        Add((ushort)value);
    }

    /// <summary>Adds zeros up to the next multiple of 8 bytes.</summary>
    internal void Align() => Grow(-length & 7).Clear();

    /// <summary>Completes the record, and writes it.</summary>
    internal void End()
    {
        Align();
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), length - RecordSource.HeaderSize);
        stream.Write(bytes, 0, length);
    }

    Span<byte> Grow(int count)
    {
        int begin = length;
        length = checked(begin + count);
        if (length > bytes.Length)
            Array.Resize(ref bytes, Math.Max(length, bytes.Length * 2));
        return bytes.AsSpan(begin, count);
    }
}
