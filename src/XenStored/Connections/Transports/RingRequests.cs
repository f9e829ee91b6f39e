using Xen.Hypervisor;
using Xen.Protocol.Rings;

namespace XenStored.Connections.Transports;

/// <summary>
/// The requests in a guest's page. They stay in the ring until they are served, so that what a guest sends before it may be read stays in
/// its own memory. The page has our index only after <see cref="Show"/>; a guest may write another one there, which then counts.
/// </summary>
sealed class RingRequests(GuestPage page)
{
    uint shown; // the index that the page has from us
    int peeked;

    /// <summary>The index behind the last byte that was taken.</summary>
    internal uint Consumed { get; private set; }

    /// <summary>Bytes were taken since the guest was last notified.</summary>
    internal bool HasMoved { get; set; }

    /// <summary>The rest of a message may come in a moment: the last read did not find the ring full.</summary>
    internal bool MayLinger => peeked < StorePage.RingSize;

    /// <summary>There are bytes, or the indices are impossible.</summary>
    internal bool HasMore => Ring.HasBytesAt(Consumed);

    /// <summary>The guest's index behind the last byte that it put.</summary>
    internal uint PutByGuest => Ring.Produced;

    ByteRing Ring => new StorePage(page.Bytes).Requests;

    /// <summary>Takes over the index that the page has, and returns it.</summary>
    internal uint TakePage() => shown = Ring.Consumed;

    /// <summary>Goes on behind another byte.</summary>
    internal void GoOnAt(uint index) => (Consumed, peeked) = (index, 0);

    /// <summary>No bytes are read, because the ring is emptied first.</summary>
    internal void ReadNone() => peeked = 0;

    /// <summary>Copies the bytes that are there. Returns their number.</summary>
    internal int Read(Span<byte> into, out TransferEnd end)
    {
        FollowGuest();
        int count = Ring.Peek(Consumed, into);
        end = count < 0 ? TransferEnd.BadRing : TransferEnd.Fine;
        return peeked = Math.Max(count, 0);
    }

    /// <summary>
    /// Takes the bytes of the last read except the last ones. False: those are more than were read, so all are taken, and the caller keeps
    /// what is not served.
    /// </summary>
    internal bool EndRead(int unserved)
    {
        bool isPutBack = unserved <= peeked;
        int taken = isPutBack ? peeked - unserved : peeked;
        Consumed += (uint)taken;
        HasMoved |= taken > 0;
        peeked = 0;
        return isPutBack;
    }

    /// <summary>Gives the guest the space of what was taken.</summary>
    internal void Show()
    {
        FollowGuest();
        if (shown != Consumed)
            Ring.MoveConsumed(Consumed);
        shown = Consumed;
    }

    void FollowGuest()
    {
        uint present = Ring.Consumed;
        if (present != shown)
            Consumed = shown = present;
    }
}
