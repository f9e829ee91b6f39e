namespace Xen.Protocol.Rings;

/// <summary>
/// Copies into and out of a room that is used round and round: what does not fit before its end goes on at its beginning.
/// </summary>
public static class CircularBytes
{
    /// <summary>Copies bytes into a room.</summary>
    /// <param name="room">The room.</param>
    /// <param name="at">Where the first byte goes; 0 to the room's length less one.</param>
    /// <param name="bytes">At most as many as the room has.</param>
    public static void Write(Span<byte> room, int at, ReadOnlySpan<byte> bytes)
    {
        int straight = Math.Min(bytes.Length, room.Length - at);
        bytes[..straight].CopyTo(room[at..]);
        bytes[straight..].CopyTo(room);
    }

    /// <summary>Copies bytes out of a room.</summary>
    /// <param name="room">The room.</param>
    /// <param name="at">Where the first byte lies; 0 to the room's length less one.</param>
    /// <param name="into">At most as long as the room; it is filled.</param>
    public static void Read(ReadOnlySpan<byte> room, int at, Span<byte> into)
    {
        int straight = Math.Min(into.Length, room.Length - at);
        room.Slice(at, straight).CopyTo(into);
        room[..(into.Length - straight)].CopyTo(into[straight..]);
    }
}
