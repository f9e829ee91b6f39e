namespace Xen.Protocol.Wire;

/// <summary>Finds where a message ends. It reads only the header, and keeps and copies nothing.</summary>
public static class MessageFramer
{
    /// <summary>
    /// Looks at the start of <paramref name="stream"/>.
    /// </summary>
    /// <param name="stream">Bytes in the order received, beginning at a header.</param>
    /// <param name="header">The header, when 16 bytes are there.</param>
    /// <param name="length">Bytes of the whole message. If the header is not complete, the bytes of a header.</param>
    public static Frame Next(ReadOnlySpan<byte> stream, out MessageHeader header, out int length)
    {
        header = default;
        length = MessageHeader.Size;
        if (stream.Length < MessageHeader.Size)
            return Frame.Incomplete;
        header = MessageHeader.Read(stream);
        if (header.Length > WireLimits.Payload)
            return Frame.Violation;
        length += (int)header.Length;
        return stream.Length < length ? Frame.Incomplete : Frame.Whole;
    }
}
