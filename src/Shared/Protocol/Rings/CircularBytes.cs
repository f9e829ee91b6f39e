namespace Xen.Protocol.Rings;

/// <summary>
/// Copies into and out of a circular buffer: bytes that do not fit before its end continue at its beginning.
/// </summary>
public static class CircularBytes
{
    /// <summary>Copies bytes into a buffer.</summary>
    /// <param name="buffer">The circular buffer.</param>
    /// <param name="at">Where the first byte goes, from 0 to the buffer's length less one.</param>
    /// <param name="bytes">At most as many as the buffer has.</param>
    public static void Write(Span<byte> buffer, int at, ReadOnlySpan<byte> bytes)
    {
        int straight = Math.Min(bytes.Length, buffer.Length - at);
        bytes[..straight].CopyTo(buffer[at..]);
        bytes[straight..].CopyTo(buffer);
    }

    /// <summary>Copies bytes out of a buffer.</summary>
    /// <param name="buffer">The circular buffer.</param>
    /// <param name="at">Where the first byte lies, from 0 to the buffer's length less one.</param>
    /// <param name="into">At most as long as the buffer. The method fills it.</param>
    public static void Read(ReadOnlySpan<byte> buffer, int at, Span<byte> into)
    {
        int straight = Math.Min(into.Length, buffer.Length - at);
        buffer.Slice(at, straight).CopyTo(into);
        buffer[..(into.Length - straight)].CopyTo(into[straight..]);
    }
}
