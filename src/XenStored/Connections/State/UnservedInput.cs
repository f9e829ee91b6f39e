using System.Buffers;

namespace XenStored.Connections.State;

/// <summary>The bytes that were read from a client and not served: messages that have to wait, or a part of a message.</summary>
sealed class UnservedInput
{
    byte[]? bytes; // rented; null when there are none
    int length;

    /// <summary>Whether the records have what is kept now.</summary>
    internal bool IsRecorded { get; set; } = true;

    /// <summary>The bytes.</summary>
    internal ReadOnlySpan<byte> Bytes => bytes.AsSpan(0, length);

    /// <summary>How often in a row the rest of a message was looked for in vain: see <see cref="Inbox"/>.</summary>
    internal int Lingered { get; set; }

    /// <summary>Moves the bytes to the beginning of a buffer. Returns their number.</summary>
    internal int Take(Span<byte> into)
    {
        int taken = length;
        if (bytes is not null)
            bytes.AsSpan(0, length).CopyTo(into);
        Drop();
        return taken;
    }

    /// <summary>Keeps a copy of bytes. There must be none yet.</summary>
    internal void Keep(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty)
            return;
        bytes = ArrayPool<byte>.Shared.Rent(rest.Length);
        rest.CopyTo(bytes);
        length = rest.Length;
        IsRecorded = false;
    }

    internal void Drop()
    {
        if (bytes is null)
            return;
        ArrayPool<byte>.Shared.Return(bytes);
        (bytes, length) = (null, 0);
        IsRecorded = false;
    }
}
