namespace Xen.Protocol.Rings;

/// <summary>
/// One direction of a ring in a page that a guest shares with us. The guest may change the page at any instant. Indices count modulo 2^32;
/// byte x lies at x modulo the ring's length. Each operation reads the other side's index once, checks it, and uses only that copy. All
/// barriers are here.
/// </summary>
/// <param name="bytes">The ring's bytes. Their number is a power of two.</param>
/// <param name="consumed">The reader's index.</param>
/// <param name="produced">The writer's index.</param>
public readonly ref struct ByteRing(Span<byte> bytes, ref uint consumed, ref uint produced)
{
    readonly Span<byte> bytes = bytes;
    readonly ref uint consumed = ref consumed;
    readonly ref uint produced = ref produced;

    /// <summary>
    /// Whether there are bytes or the indices are impossible. A writer such as Linux does not notify when it adds to a ring that is not
    /// empty. So ask this after <see cref="Advance"/>, before waiting for a notification.
    /// </summary>
    public bool HasBytes => HasBytesAt(Consumed);

    /// <summary>The reader's index.</summary>
    public uint Consumed => Volatile.Read(ref consumed);

    /// <summary>The writer's index.</summary>
    public uint Produced => Volatile.Read(ref produced);

    /// <summary>Bytes that <see cref="Put"/> would take now, or -1 for impossible indices.</summary>
    public int Free => FreeAt(Volatile.Read(ref produced));

    /// <summary>Bytes that <see cref="Peek(Span{byte})"/> would find now, or -1 for impossible indices.</summary>
    public int Used => Free is >= 0 and var free ? bytes.Length - free : -1;

    /// <summary>Copies as many bytes as the ring has and as fit. They stay in the ring until <see cref="Advance"/>.</summary>
    /// <returns>Bytes copied, or -1 for impossible indices.</returns>
    public int Peek(Span<byte> into) => Peek(Consumed, into);

    /// <summary>
    /// As <see cref="Peek(Span{byte})"/>, but for a reader that keeps its index to itself: the page has it only after
    /// <see cref="MoveConsumed"/>.
    /// </summary>
    /// <param name="index">The reader's own index.</param>
    public int Peek(uint index, Span<byte> into)
    {
        uint used = Volatile.Read(ref produced) - index;
        if (used > (uint)bytes.Length)
            return -1;
        Interlocked.MemoryBarrier(); // the bytes are read after the index that covers them
        int count = Math.Min((int)used, into.Length);
        CircularBytes.Read(bytes, At(index), into[..count]);
        return count;
    }

    /// <summary>Whether the writer has put bytes behind a reader's own index.</summary>
    public bool HasBytesAt(uint index) => Volatile.Read(ref produced) != index;

    /// <summary>Gives the writer the space up to a reader's own index.</summary>
    public void MoveConsumed(uint index)
    {
        Interlocked.MemoryBarrier(); // the bytes are copied before the writer may overwrite them
        Volatile.Write(ref consumed, index);
        Interlocked.MemoryBarrier(); // the writer sees the space before we look for more bytes
    }

    /// <summary>
    /// Puts as many of the bytes as fit behind a writer's own index. The reader does not see them before <see cref="MoveProduced"/>.
    /// </summary>
    /// <param name="index">The writer's own index.</param>
    /// <returns>Bytes put, or -1 for impossible indices.</returns>
    public int Place(uint index, ReadOnlySpan<byte> from)
    {
        int free = FreeAt(index);
        if (free < 0)
            return -1;
        Interlocked.MemoryBarrier(); // the space is used after the index that frees it was read
        int count = Math.Min(free, from.Length);
        CircularBytes.Write(bytes, At(index), from[..count]);
        return count;
    }

    /// <summary>Bytes that <see cref="Place"/> would take now, or -1 for impossible indices.</summary>
    public int FreeAt(uint index)
    {
        uint used = index - Volatile.Read(ref consumed);
        return used > (uint)bytes.Length ? -1 : bytes.Length - (int)used;
    }

    /// <summary>Shows the reader all bytes up to a writer's own index.</summary>
    public void MoveProduced(uint index)
    {
        Interlocked.MemoryBarrier(); // the reader sees the bytes before the index
        Volatile.Write(ref produced, index);
        Interlocked.MemoryBarrier(); // and the index before we look for more space
    }

    /// <summary>Removes bytes that were peeked, so that the writer can use their space.</summary>
    public void Advance(int count) => MoveConsumed(Consumed + (uint)count);

    /// <summary>
    /// Puts as many of the bytes as fit into the ring and shows them to the reader. A reader does not notify when it reads from a ring that
    /// was not full. So a caller with more bytes must call this until it returns 0.
    /// </summary>
    /// <returns>Bytes put, or -1 for impossible indices.</returns>
    public int Put(ReadOnlySpan<byte> from)
    {
        uint at = Volatile.Read(ref produced);
        int count = Place(at, from);
        if (count >= 0)
            MoveProduced(at + (uint)count);
        return count;
    }

    int At(uint index) => (int)(index & (uint)(bytes.Length - 1));
}
