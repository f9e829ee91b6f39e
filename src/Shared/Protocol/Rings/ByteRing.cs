namespace Xen.Protocol.Rings;

/// <summary>
/// One direction of a ring in a page that a guest shares with us and may change at any instant. Indices run freely modulo 2^32; byte x
/// lies at x modulo the ring's length. The other side's index is read once for each operation, checked, and only the copy is used; all
/// barriers live here.
/// </summary>
/// <param name="bytes">The ring's bytes; the length is a power of two.</param>
/// <param name="consumed">How far the reader is.</param>
/// <param name="produced">How far the writer is.</param>
public readonly ref struct ByteRing(Span<byte> bytes, ref uint consumed, ref uint produced)
{
    readonly Span<byte> bytes = bytes;
    readonly ref uint consumed = ref consumed;
    readonly ref uint produced = ref produced;

    /// <summary>
    /// Whether there are bytes, impossible indices included. A writer that found the ring not empty does not announce what it adds (Linux
    /// is one), so this is to be asked after <see cref="Advance"/> and before waiting to be told.
    /// </summary>
    public bool HasBytes => Volatile.Read(ref produced) != Volatile.Read(ref consumed);

    /// <summary>How far the reader is.</summary>
    public uint Consumed => Volatile.Read(ref consumed);

    /// <summary>Bytes that <see cref="Put"/> would take now, or -1 for impossible indices.</summary>
    public int Room
    {
        get
        {
            uint used = Volatile.Read(ref produced) - Volatile.Read(ref consumed);
            return used > (uint)bytes.Length ? -1 : bytes.Length - (int)used;
        }
    }

    /// <summary>Bytes that <see cref="Peek"/> would find now, or -1 for impossible indices.</summary>
    public int Used => Room is >= 0 and var room ? bytes.Length - room : -1;

    /// <summary>Copies as many bytes as there are and as fit; they stay in the ring until <see cref="Advance"/>.</summary>
    /// <returns>Bytes copied, or -1 for impossible indices.</returns>
    public int Peek(Span<byte> into)
    {
        uint from = Volatile.Read(ref consumed);
        uint used = Volatile.Read(ref produced) - from;
        if (used > (uint)bytes.Length)
            return -1;
        Interlocked.MemoryBarrier(); // the bytes are read after the index that covers them
        int count = Math.Min((int)used, into.Length);
        CircularBytes.Read(bytes, At(from), into[..count]);
        return count;
    }

    /// <summary>Gives the room of bytes that were peeked back to the writer.</summary>
    public void Advance(int count)
    {
        Interlocked.MemoryBarrier(); // only when they are copied
        Volatile.Write(ref consumed, Volatile.Read(ref consumed) + (uint)count);
        Interlocked.MemoryBarrier(); // the writer sees the room before we look for more
    }

    /// <summary>
    /// Puts as many of the bytes as there is room for, and publishes them. A reader that did not find the ring full does not announce the
    /// room it makes: who has more to put keeps calling until this returns 0.
    /// </summary>
    /// <returns>Bytes put, or -1 for impossible indices.</returns>
    public int Put(ReadOnlySpan<byte> from)
    {
        uint at = Volatile.Read(ref produced);
        uint used = at - Volatile.Read(ref consumed);
        if (used > (uint)bytes.Length)
            return -1;
        Interlocked.MemoryBarrier(); // room is used only after the index that grants it was read
        int count = Math.Min(bytes.Length - (int)used, from.Length);
        CircularBytes.Write(bytes, At(at), from[..count]);
        Interlocked.MemoryBarrier(); // the reader sees the bytes before the index
        Volatile.Write(ref produced, at + (uint)count);
        Interlocked.MemoryBarrier(); // and before we look for more room
        return count;
    }

    int At(uint index) => (int)(index & (uint)(bytes.Length - 1));
}
