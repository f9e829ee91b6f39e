namespace Xen.Support;

/// <summary>
/// One direction of a ring from the side of a guest: free-running indices, each written by one side, and bytes between them.
/// </summary>
/// <param name="bytes">The ring's first byte.</param>
/// <param name="size">A power of two.</param>
/// <param name="consumed">How far the reader is.</param>
/// <param name="produced">How far the writer is.</param>
public readonly unsafe struct GuestRing(byte* bytes, int size, uint* consumed, uint* produced)
{
    /// <summary>How far the reader is.</summary>
    public uint Consumed => Volatile.Read(ref *consumed);

    /// <summary>How far the writer is.</summary>
    public uint Produced => Volatile.Read(ref *produced);

    /// <summary>Bytes that can be put; 0 also for impossible indices.</summary>
    public int Free => size - (Produced - Consumed is var used && used <= size ? (int)used : size);

    /// <summary>Bytes that can be taken; 0 also for impossible indices.</summary>
    public int Used => Produced - Consumed is var used && used <= size ? (int)used : 0;

    /// <summary>Puts as much as fits, and publishes it.</summary>
    /// <returns>How many bytes that were.</returns>
    public int Put(ReadOnlySpan<byte> from)
    {
        uint at = Produced;
        int count = Math.Min(Free, from.Length);
        if (count == 0)
            return 0;
        Interlocked.MemoryBarrier(); // the free bytes are used only after the index that grants them was read
        int to = At(at), first = Math.Min(count, size - to);
        from[..first].CopyTo(new(bytes + to, first));
        from[first..count].CopyTo(new(bytes, count - first));
        Publish(produced, at + (uint)count);
        return count;
    }

    /// <summary>Copies what there is and what fits; it stays in the ring.</summary>
    /// <returns>How many bytes that were.</returns>
    public int Peek(Span<byte> into)
    {
        int count = Math.Min(Used, into.Length);
        Interlocked.MemoryBarrier(); // the bytes are read after the index that covers them
        int from = At(Consumed), first = Math.Min(count, size - from);
        new ReadOnlySpan<byte>(bytes + from, first).CopyTo(into);
        new ReadOnlySpan<byte>(bytes, count - first).CopyTo(into[first..]);
        return count;
    }

    /// <summary>Takes what there is and what fits.</summary>
    /// <returns>How many bytes that were.</returns>
    public int Take(Span<byte> into) => Take(into, out _);

    /// <summary>The same; tells whether the ring was full until then, so that the writer may wait for free bytes.</summary>
    public int Take(Span<byte> into, out bool wasFull)
    {
        uint from = Consumed;
        int count = Peek(into);
        if (count > 0)
            Publish(consumed, from + (uint)count);
        wasFull = Produced - from >= size;
        return count;
    }

    int At(uint index) => (int)(index & (uint)(size - 1));

    // What was copied is seen before the index, and the index before we look at the other side's again.
    static void Publish(uint* index, uint value)
    {
        Interlocked.MemoryBarrier();
        Volatile.Write(ref *index, value);
        Interlocked.MemoryBarrier();
    }
}
