using System.Buffers.Binary;

namespace XenStored.Streams;

/// <summary>
/// Takes a stream apart into records. Memory is taken for bytes that were read, never for bytes that a length only promises.
/// </summary>
sealed class RecordSource(Stream stream)
{
    /// <summary>Bytes of a record's header.</summary>
    internal const int HeaderSize = 8;

    /// <summary>Bytes of the longest body. Only the output of a client that does not read can be longer than 400 kB.</summary>
    internal const int LongestBody = 256 << 20;

    byte[] buffer = new byte[4096];
    readonly byte[] header = new byte[HeaderSize];
    bool hasHeader;
    long position;
    long start;
    long number;
    int length;

    /// <summary>The type of the current record.</summary>
    internal RecordType Type { get; private set; }

    /// <summary>The body of the current record, valid until the next one is read.</summary>
    internal ReadOnlySpan<byte> Body => buffer.AsSpan(0, length);

    /// <summary>Reads what stands before the records.</summary>
    /// <exception cref="InvalidDataException">Less is there.</exception>
    internal ReadOnlySpan<byte> ReadPreamble()
    {
        int count = stream.ReadAtLeast(buffer.AsSpan(0, Preamble.Size), Preamble.Size, throwOnEndOfStream: false);
        position = count;
        return buffer.AsSpan(0, count);
    }

    /// <summary>Reads the next record. The body of a type that is not known may be of any length, and is dropped.</summary>
    /// <exception cref="InvalidDataException">The stream ends before the record does, or the length cannot be right.</exception>
    internal void Next()
    {
        number++;
        start = hasHeader ? position - HeaderSize : position;
        if (!hasHeader)
        {
            int count = stream.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false);
            position += count;
            if (count < HeaderSize)
                throw new InvalidDataException($"The stream ends at byte {position}, before or within the header of record {number}.");
        }
        hasHeader = false;
        Type = (RecordType)BinaryPrimitives.ReadUInt32LittleEndian(header);
        uint promised = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
        if (promised % 8 != 0)
            throw Fault($"the length {promised} is no multiple of 8");
        if (!Enum.IsDefined(Type))
            Skip(promised);
        else if (promised > LongestBody)
            throw Fault($"the length {promised} is larger than {LongestBody}");
        else
            Read((int)promised);
    }

    /// <summary>Gives the last bytes of the body back: they are the header of the next record.</summary>
    internal void PutHeaderBack()
    {
        Body[^HeaderSize..].CopyTo(header);
        length -= HeaderSize;
        hasHeader = true;
    }

    /// <summary>An exception that says what is wrong with the current record, and where that is.</summary>
    internal InvalidDataException Fault(string what) => new($"{Place}: {what}.");

    /// <summary>The current record as a log names it.</summary>
    internal string Place => $"Record {number} ({(Enum.IsDefined(Type) ? Type : $"type {(uint)Type}")}) at byte {start}";

    void Read(int promised)
    {
        length = 0;
        while (length < promised)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            int wanted = Math.Min(promised, buffer.Length) - length;
            Take(buffer.AsSpan(length, wanted), promised);
            length += wanted;
        }
    }

    void Skip(uint promised)
    {
        length = 0;
        for (uint left = promised; left > 0;)
        {
            int wanted = (int)Math.Min(left, (uint)buffer.Length);
            Take(buffer.AsSpan(0, wanted), promised);
            left -= (uint)wanted;
        }
    }

    void Take(Span<byte> into, uint promised)
    {
        int count = stream.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
        position += count;
        if (count < into.Length)
            throw Fault($"the stream ends at byte {position}, before the {promised} bytes of the body do");
    }

    void Take(Span<byte> into, int promised) => Take(into, (uint)promised);
}
