using Xen.Hypervisor;
using Xen.Linux.Loop;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Crashes;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Connections.Transports;

/// <summary>
/// A guest on its ring page. How far the ring is served is in a record of the store's file, which becomes true with the publish; only then
/// the page gets the indices (<see cref="Flush"/>). So a process that dies before has taken nothing from the guest and told it nothing.
/// A guest may write other indices into its page: hvmloader empties the rings before it starts what it has loaded. Those count then.
/// </summary>
/// <param name="slots">Where the record is.</param>
/// <param name="slot">Its slot there; null: there was none left, and another process begins where the page says.</param>
sealed class RingTransport(
    GuestPage page, IEventChannels eventChannels, int port, EventLoop loop, TwinSlots slots, int? slot) : IKeptTransport
{
    const int NoPort = -1;

    RoomPoll? poll;
    RingRecord ring, recorded;
    (uint Consumed, uint Produced) shown; // the indices that the page has from us
    bool moved, wrote, wakes;
    int peeked;

    internal int Port { get; private set; } = port;

    /// <inheritdoc/>
    public int? Slot => slot;

    /// <inheritdoc/>
    public uint Tag { get; } = slot is { } taken ? slots.Owner(taken).Tag : 0;

    /// <inheritdoc/>
    public uint Sent => ring.Sent;

    StorePage Page => new(page.Bytes);

    /// <summary>Unbinds its port. It gets no notifications until <see cref="Bind"/>.</summary>
    internal void Unbind()
    {
        if (Port != NoPort)
            eventChannels.Unbind(Port);
        Port = NoPort;
    }

    /// <summary>Continues with another port.</summary>
    internal void Bind(int port) => Port = port;

    /// <summary>
    /// Begins to serve a page. INTRODUCE empties the rings. The rings of our own kernel stay as they are, because it may have sent requests
    /// before the store started.
    /// </summary>
    internal void Connect(StoreFeatures features, bool empties)
    {
        Crash.At(CrashPoint.IntroduceHasSlot);
        Page.Offer(features);
        Page.Report(RingFault.None);
        wakes = Page.WantsReconnection;
        shown = Page.OurIndices;
        BeginAnew(empties ? RingPhase.Introducing : RingPhase.Open);
        WriteRecord(); // the slot may have what another ring left there
    }

    /// <summary>Serves a guest's request for reconnection.</summary>
    internal void Reconnect()
    {
        wakes = true;
        BeginAnew(RingPhase.Reconnecting);
    }

    void BeginAnew(RingPhase phase)
    {
        peeked = 0;
        var (consumed, produced) = phase == RingPhase.Open ? shown : default;
        ring = new(consumed, produced, ring.Sent, phase);
    }

    /// <summary>
    /// Goes on with a page that an earlier process served.
    /// </summary>
    internal void GoOn(StoreFeatures features)
    {
        Page.Offer(features);
        shown = Page.OurIndices;
        if (slot is { } own)
        {
            ring = RingRecord.Of(slots.Read(own));
            if (slots.IsMarked(own) || ring.Phase == RingPhase.Reconnecting && !Page.WantsReconnection) // that it is told last
                ring = ring with { Phase = RingPhase.Open };
        }
        else
            BeginAnew(RingPhase.Open);
        if (slot is { } recordedIn && ring.Phase == RingPhase.Open)
            FollowPage(recordedIn);
        Crash.At(CrashPoint.StartKnowsRing);
        Settle();
        Show(); // at once, because the record that is written now takes the place of the one before
        WriteRecord();
        wakes = true; // whether the guest was notified only the dead process knew
    }

    // The page has the indices of the last publish, or of the one before if the process died in between; else the guest has changed them.
    void FollowPage(int own)
    {
        var before = RingRecord.Of(slots.ReadBefore(own) ?? slots.Read(own));
        bool isEmptied = Page.RequestsProduced - before.Consumed < ring.Consumed - before.Consumed; // we took what it never put
        if (isEmptied || shown.Consumed != before.Consumed)
            ring = ring with { Consumed = shown.Consumed };
        if (isEmptied || shown.Produced != before.Produced)
            ring = ring with { Produced = shown.Produced };
    }

    /// <inheritdoc/>
    public void RecordProgress()
    {
        if (ring != recorded)
            WriteRecord();
    }

    void WriteRecord()
    {
        if (slot is { } own)
            slots.Write(own, ring.Numbers);
        recorded = ring;
    }

    /// <summary>Writes into the page why the guest is not served any more, and notifies the guest.</summary>
    internal void Report(RingFault fault)
    {
        Page.Report(fault);
        eventChannels.Notify(Port);
    }

    public void Begin(IReadyHandler handler) => poll = new(loop, () => handler.Ready(Readiness.Write));

    public bool WantsReconnection => ring.Phase == RingPhase.Open && Page.WantsReconnection;

    public bool WritesToMemory => true;

    // The bytes stay in the ring until they are served, so that the requests of a guest that may not be read stay in its own memory.
    public int Read(Span<byte> into, out Transfer end)
    {
        end = Transfer.Fine;
        if (ring.Phase != RingPhase.Open)
            return peeked = 0;
        FollowGuest();
        return peeked = Done(Page.Requests.Peek(ring.Consumed, into), out end);
    }

    public bool TryPutBack(int unserved)
    {
        int taken = Math.Max(peeked - unserved, 0);
        ring = ring with { Consumed = ring.Consumed + (uint)taken };
        moved |= taken > 0;
        bool isAllKept = unserved <= peeked;
        peeked = 0;
        return isAllKept;
    }

    public bool MayLinger => peeked < StorePage.RingSize;

    public bool HasMore => ring.Phase != RingPhase.Open || Page.Requests.HasBytesAt(ring.Consumed);

    public int Write(ReadOnlySpan<byte> bytes, out Transfer end)
    {
        end = Transfer.Fine;
        if (ring.Phase != RingPhase.Open)
            return 0; // the ring is emptied first
        if (WantsReconnection)
        {
            end = Transfer.Reconnect;
            return 0;
        }
        FollowGuest();
        int written = Done(Page.Replies.Place(ring.Produced, bytes), out end);
        Crash.At(CrashPoint.RingIsFilled);
        ring = ring with { Produced = ring.Produced + (uint)written, Sent = ring.Sent + (uint)written };
        wrote |= written > 0;
        return written;
    }

    // A guest may have written other indices into the page.
    void FollowGuest()
    {
        var present = Page.OurIndices;
        if (present == shown)
            return;
        if (present.RequestsConsumed != shown.Consumed)
            ring = ring with { Consumed = present.RequestsConsumed };
        if (present.RepliesProduced != shown.Produced)
            ring = ring with { Produced = present.RepliesProduced };
        shown = present;
    }

    public void Settle()
    {
        if (ring.Phase == RingPhase.Open)
            return;
        if (ring.Phase == RingPhase.Introducing)
            Page.Reset();
        else
            Page.Reconnect();
        Crash.At(CrashPoint.RingIsEmptied);
        if (slot is { } own)
            slots.Mark(own);
        Crash.At(CrashPoint.RingIsMarked);
        shown = Page.OurIndices;
        ring = ring with { Consumed = 0, Produced = 0, Phase = RingPhase.Open };
    }

    public Readiness Flush(bool hasMore, bool wantsRead)
    {
        Show();
        if (moved || wrote || wakes)
            eventChannels.Notify(Port);
        Crash.At(CrashPoint.RingIsNotified);
        poll?.Note(isWaiting: hasMore, hasRead: wrote);
        (moved, wrote, wakes) = (false, false, false);
        // A guest notifies only if it adds to an empty ring, or reads from a full one. For it the ring was neither until now.
        bool hasSpace = hasMore && Page.Replies.FreeAt(ring.Produced) > 0;
        return (HasMore ? Readiness.Read : Readiness.None) | (hasSpace ? Readiness.Write : Readiness.None);
    }

    // Gives the page the indices. What the guest has written there in between counts.
    void Show()
    {
        Crash.At(CrashPoint.ShowBegins);
        FollowGuest();
        if (shown.Consumed != ring.Consumed)
            Page.Requests.MoveConsumed(ring.Consumed);
        Crash.At(CrashPoint.ShowIsHalfDone);
        if (shown.Produced != ring.Produced)
            Page.Replies.MoveProduced(ring.Produced);
        Crash.At(CrashPoint.ShowIsOver);
        shown = (ring.Consumed, ring.Produced);
    }

    public void Close()
    {
        poll?.End();
        Unbind();
        if (slot is { } own)
            slots.Free(own);
        page.Dispose();
    }

    static int Done(int count, out Transfer end)
    {
        end = count < 0 ? Transfer.BadRing : Transfer.Fine;
        return Math.Max(count, 0);
    }
}
