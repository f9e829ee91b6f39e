using XenStored.Connections.Transports;
using XenStored.Tree.Storage;

namespace XenStored.Connections.Output;

/// <summary>
/// The messages that wait for one client, whole and in order, in chunks from a pool. A hash shows whether an equal event waits already, so
/// the queue is not searched.
/// </summary>
sealed class OutQueue(ChunkPool pool)
{
    /// <summary>
    /// The least milliseconds between two droppings of events. Each copies the queue, and the events of a client that does not read expire
    /// one after the other.
    /// </summary>
    internal const long ExpiryPause = 1000;

    readonly record struct Entry(int Length, ulong Hash, long? Deadline, Outstanding? Cause);

    readonly record struct Place(Chunk Chunk, int Offset, int Length);

    readonly Queue<Entry> entries = new();
    readonly Queue<Chunk> chunks = new();
    Dictionary<ulong, Place>? waiting;
    Chunk? last;
    int headSent;
    long? soonest; // before this time no event is dropped; null: none is, whatever the time

    /// <summary>The bytes that wait.</summary>
    internal int Bytes { get; private set; }

    internal bool IsEmpty => Bytes == 0;

    /// <summary>The bytes that were ever appended. Those that wait are the last <see cref="Bytes"/> of them.</summary>
    internal long Appended { get; private set; }

    /// <summary>The bytes of <see cref="Appended"/> that do not wait any more.</summary>
    internal long Sent => Appended - Bytes;

    /// <summary>How often messages were dropped from the queue, so that a copy of what waited is not right any more.</summary>
    internal int Droppings { get; private set; }

    /// <summary>Appends a reply.</summary>
    internal void AddReply(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, Outstanding? cause)
    {
        Put(header, payload);
        entries.Enqueue(new(header.Length + payload.Length, 0, null, cause));
    }

    /// <summary>Appends an event, unless it may merge and an equal one waits. Returns whether it was appended.</summary>
    /// <param name="deadline">Monotonic milliseconds after which it is dropped if no byte of it was sent; null: never.</param>
    internal bool AddEvent(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, bool merges, Outstanding? cause, long? deadline)
    {
        ulong hash = merges ? ByteStrings.Hash(payload) | 1 : 0;
        if (merges && waiting is not null && waiting.TryGetValue(hash, out var place)
            && place.Chunk.Bytes.AsSpan(place.Offset, place.Length).SequenceEqual(payload))
            return false;
        Put(header, payload);
        if (merges)
            (waiting ??= [])[hash] = new(last!, last!.End - payload.Length, payload.Length);
        entries.Enqueue(new(header.Length + payload.Length, hash, deadline, cause));
        soonest = Sooner(soonest, deadline);
        return true;
    }

    /// <summary>Writes as much as the transport takes.</summary>
    internal TransferEnd Write(ITransport transport)
    {
        while (chunks.TryPeek(out var chunk))
        {
            var waitingBytes = chunk.Bytes.AsSpan(chunk.Start, chunk.End - chunk.Start);
            int written = transport.Write(waitingBytes, out var end);
            chunk.Start += written;
            Release(written);
            if (written < waitingBytes.Length)
                return end;
            Release();
        }
        return TransferEnd.Fine;
    }

    /// <summary>
    /// Drops the events whose time is over and of which no byte was sent. Returns how many. After that it drops none for
    /// <see cref="ExpiryPause"/>.
    /// </summary>
    internal int Expire(long now)
    {
        if (soonest is null || now < soonest)
            return 0;
        soonest = entries.Skip(headSent > 0 ? 1 : 0).Min(entry => entry.Deadline);
        if (soonest is null || now < soonest)
            return 0;
        // This is rare, and a guest's quota limits its queue. So the queue is emptied, and the messages that stay are put in again.
        byte[] bytes = new byte[Bytes];
        CopyTo(bytes);
        var all = entries.ToArray();
        int alreadySent = headSent;
        long appended = Appended;
        Reset();

        int dropped = 0, start = 0;
        for (int i = 0; i < all.Length; i++)
        {
            int length = all[i].Length - (i == 0 ? alreadySent : 0);
            bool isBegun = i == 0 && alreadySent > 0;
            if (all[i].Deadline <= now && !isBegun)
            {
                dropped++;
                all[i].Cause?.PartDone();
            }
            else
            {
                Put(bytes.AsSpan(start, length), default);
                entries.Enqueue(all[i] with { Hash = 0 }); // an equal event may be sent again, which does no harm
                soonest = Sooner(soonest, all[i].Deadline);
            }
            start += length;
        }
        headSent = entries.Count > 0 ? alreadySent : 0;
        Appended = appended;
        Droppings++;
        if (soonest < now + ExpiryPause)
            soonest = now + ExpiryPause;
        return dropped;
    }

    /// <summary>Drops all messages. They count as delivered.</summary>
    internal void Clear()
    {
        var all = entries.ToArray();
        Droppings++;
        Reset();
        foreach (var entry in all)
            entry.Cause?.PartDone();
    }

    static long? Sooner(long? one, long? other) => one is null || other < one ? other : one;

    /// <summary>Copies the last bytes that wait: as many as fit.</summary>
    internal void CopyTo(Span<byte> bytes)
    {
        int skipped = Bytes - bytes.Length, at = 0;
        foreach (var chunk in chunks)
        {
            var waitingBytes = chunk.Bytes.AsSpan(chunk.Start, chunk.End - chunk.Start);
            int skip = Math.Min(skipped, waitingBytes.Length);
            waitingBytes[skip..].CopyTo(bytes[at..]);
            (skipped, at) = (skipped - skip, at + waitingBytes.Length - skip);
        }
    }

    /// <summary>Appends bytes that waited for the client in an earlier process.</summary>
    internal void AddEarlier(ReadOnlySpan<byte> bytes)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, Chunk.Size)..])
        {
            var part = bytes[..Math.Min(bytes.Length, Chunk.Size)];
            Put(part, default);
            entries.Enqueue(new(part.Length, 0, null, null));
        }
    }

    void Reset()
    {
        entries.Clear();
        waiting = null;
        while (chunks.Count > 0)
            Release();
        (Bytes, headSent, soonest) = (0, 0, null);
    }

    void Put(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        int length = header.Length + payload.Length;
        if (last is null || last.Bytes.Length - last.End < length)
            chunks.Enqueue(last = pool.Rent());
        header.CopyTo(last.Bytes.AsSpan(last.End));
        payload.CopyTo(last.Bytes.AsSpan(last.End + header.Length));
        last.End += length;
        Bytes += length;
        Appended += length;
    }

    void Release(int count)
    {
        Bytes -= count;
        headSent += count;
        while (entries.TryPeek(out var head) && headSent >= head.Length)
        {
            headSent -= head.Length;
            entries.Dequeue();
            if (head.Hash != 0)
                waiting!.Remove(head.Hash);
            head.Cause?.PartDone();
        }
    }

    void Release()
    {
        var chunk = chunks.Dequeue();
        if (chunk == last)
            last = null;
        pool.Return(chunk);
    }
}
