using Xen.Hypervisor;
using Xen.Linux.Loop;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Crashes;

namespace XenStored.Connections.Transports;

/// <summary>
/// A guest on its ring page: what is done with the requests, the replies and the record of both, and when. The record becomes true with
/// the publish; only then the page gets the indices (<see cref="ShowMoves"/>). So a process that dies before has taken nothing from the
/// guest and told it nothing. A guest may write other indices into its page: hvmloader empties the rings before it starts what it has
/// loaded. Those count then.
/// </summary>
sealed class RingTransport(GuestPage page, IEventChannels eventChannels, int port, EventLoop loop, RingProgress progress) : IKeptTransport
{
    readonly RingRequests requests = new(page);
    readonly RingReplies replies = new(page);
    SpacePoll? poll;
    RingPhase phase;
    bool wakes;

    /// <summary>Its port here; null while it has none.</summary>
    internal int? Port { get; private set; } = port;

    /// <inheritdoc/>
    public int? Slot => progress.Slot;

    /// <inheritdoc/>
    public uint Tag => progress.Tag;

    /// <inheritdoc/>
    public uint Sent => replies.Sent;

    StorePage Page => new(page.Bytes);

    RingRecord Record => new(requests.Consumed, replies.Produced, replies.Sent, phase);

    /// <summary>Unbinds its port. It gets no notifications until <see cref="Bind"/>.</summary>
    internal void Unbind()
    {
        if (Port is { } bound)
            eventChannels.Unbind(bound);
        Port = null;
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
        var (consumed, produced) = TakePage();
        GoOnAt(empties ? new(0, 0, Sent, RingPhase.Introducing) : new(consumed, produced, Sent, RingPhase.Open));
        progress.Write(Record); // the slot may have what another ring left there
    }

    /// <inheritdoc/>
    public void Reconnect()
    {
        wakes = true;
        GoOnAt(new(0, 0, Sent, RingPhase.Reconnecting));
    }

    /// <summary>Goes on with a page that an earlier process served.</summary>
    internal void GoOn(StoreFeatures features)
    {
        Page.Offer(features);
        var inPage = TakePage();
        GoOnAt(progress.Read(Page.WantsReconnection) is not { } record ? new(inPage.Consumed, inPage.Produced, 0, RingPhase.Open)
            : record.Phase != RingPhase.Open ? record
            : record.Following(inPage, requests.PutByGuest, progress.ReadBefore() ?? record));
        Crash.At(CrashPoint.StartKnowsRing);
        EmptyRingIfReconnecting();
        Show(); // at once, because the record that is written now takes the place of the one before
        progress.Write(Record);
        wakes = true; // only the dead process knew whether the guest was notified
    }

    (uint Consumed, uint Produced) TakePage() => (requests.TakePage(), replies.TakePage());

    void GoOnAt(RingRecord record)
    {
        phase = record.Phase;
        requests.GoOnAt(record.Consumed);
        replies.GoOnAt(record.Produced, record.Sent);
    }

    /// <inheritdoc/>
    public void RecordProgress() => progress.WriteChanges(Record);

    /// <inheritdoc/>
    public void Report(RingFault fault)
    {
        Page.Report(fault);
        Notify();
    }

    public void Begin(IReadyHandler handler) => poll = new(loop, () => handler.Ready(Readiness.Write));

    public bool WantsReconnection => phase == RingPhase.Open && Page.WantsReconnection;

    public bool ShowsLater => true;

    public int Read(Span<byte> into, out TransferEnd end)
    {
        if (phase == RingPhase.Open)
            return requests.Read(into, out end);
        requests.ReadNone();
        end = TransferEnd.Fine;
        return 0;
    }

    public bool EndRead(int unserved) => requests.EndRead(unserved);

    public bool MayLinger => requests.MayLinger;

    public bool HasMore => phase != RingPhase.Open || requests.HasMore;

    public bool HasSpace => phase == RingPhase.Open && replies.HasSpace;

    public int Write(ReadOnlySpan<byte> bytes, out TransferEnd end)
    {
        if (phase == RingPhase.Open && !WantsReconnection)
            return replies.Write(bytes, out end);
        end = phase == RingPhase.Open ? TransferEnd.Reconnect : TransferEnd.Fine; // a ring that is emptied first takes nothing now
        return 0;
    }

    public void EmptyRingIfReconnecting()
    {
        if (phase == RingPhase.Open)
            return;
        if (phase == RingPhase.Introducing)
            Page.Reset();
        else
            Page.Reconnect();
        Crash.At(CrashPoint.RingIsEmptied);
        progress.IsTold();
        Crash.At(CrashPoint.RingIsMarked);
        TakePage();
        GoOnAt(new(0, 0, Sent, RingPhase.Open));
    }

    public Readiness ShowMoves(bool hasMore, bool wantsRead)
    {
        Show();
        if (requests.HasMoved || replies.HasMoved || wakes)
            Notify();
        Crash.At(CrashPoint.RingIsNotified);
        poll?.Note(isWaiting: hasMore, hasRead: replies.HasMoved);
        (requests.HasMoved, replies.HasMoved, wakes) = (false, false, false);
        // A guest notifies only if it adds to an empty ring, or reads from a full one. For it the ring was neither until now.
        bool hasSpace = hasMore && replies.HasSpace;
        return (HasMore ? Readiness.Read : Readiness.None) | (hasSpace ? Readiness.Write : Readiness.None);
    }

    /// <summary>Notifies the guest, if it can be reached.</summary>
    internal void Notify()
    {
        if (Port is { } bound)
            eventChannels.Notify(bound);
    }

    // Gives the page the indices.
    void Show()
    {
        Crash.At(CrashPoint.ShowBegins);
        requests.Show();
        Crash.At(CrashPoint.ShowIsHalfDone);
        replies.Show();
        Crash.At(CrashPoint.ShowIsOver);
    }

    public void Close()
    {
        poll?.End();
        Unbind();
        progress.Free();
        page.Dispose();
    }
}
