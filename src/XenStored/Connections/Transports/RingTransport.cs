using Xen.Hypervisor;
using Xen.Linux.Loop;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;

namespace XenStored.Connections.Transports;

/// <summary>A guest on its ring page. Only the page's own words are believed, and each only once.</summary>
sealed class RingTransport(GuestPage page, IEventChannels eventChannels, int port, EventLoop loop) : ITransport
{
    const int NoPort = -1;

    RoomPoll? poll;
    bool moved, wrote;
    int peeked;

    internal int Port { get; private set; } = port;

    StorePage Page => new(page.Bytes);

    /// <summary>Gives its port up; it hears nothing until <see cref="Bind"/>.</summary>
    internal void Unbind()
    {
        if (Port != NoPort)
            eventChannels.Unbind(Port);
        Port = NoPort;
    }

    /// <summary>Goes on with another port.</summary>
    internal void Bind(int port) => Port = port;

    /// <summary>
    /// Begins to serve a page. INTRODUCE wants empty rings; our own kernel's are taken as they are, for it may have asked before there
    /// was a store.
    /// </summary>
    internal void Connect(StoreFeatures features, bool empties)
    {
        Page.Offer(features);
        Page.Report(RingFault.None);
        bool wanted = Page.WantsReconnection;
        peeked = 0;
        if (empties)
            Page.Reset();
        if (wanted)
            eventChannels.Notify(Port);
    }

    /// <summary>Serves a guest's wish for a fresh connection.</summary>
    internal void Reconnect()
    {
        peeked = 0;
        Page.Reconnect();
        eventChannels.Notify(Port);
    }

    /// <summary>Tells the guest why it is not served any more.</summary>
    internal void Report(RingFault fault)
    {
        Page.Report(fault);
        eventChannels.Notify(Port);
    }

    public void Begin(IReadyHandler handler) => poll = new(loop, () => handler.Ready(Readiness.Write));

    public bool WantsReconnection => Page.WantsReconnection;

    // What was not served stays in the ring: a guest that may not be read keeps its own requests.
    public int Read(Span<byte> into, out Transfer end) => peeked = Done(Page.Requests.Peek(into), out end);

    public bool TryPutBack(int unserved)
    {
        int taken = Math.Max(peeked - unserved, 0);
        if (taken > 0)
            Page.Requests.Advance(taken);
        moved |= taken > 0;
        bool isAllKept = unserved <= peeked;
        peeked = 0;
        return isAllKept;
    }

    public bool MayLinger => peeked < StorePage.RingSize;

    public bool HasMore => Page.Requests.HasBytes;

    public int Write(ReadOnlySpan<byte> bytes, out Transfer end)
    {
        if (WantsReconnection)
        {
            end = Transfer.Reconnect;
            return 0;
        }
        int written = 0, count;
        do
        {
            count = Done(Page.Replies.Put(bytes[written..]), out end);
            written += count;
        }
        while (count > 0 && written < bytes.Length); // a guest announces only the room in a ring that it found full
        wrote |= written > 0;
        return written;
    }

    public void Flush(bool hasMore, bool wantsRead)
    {
        if (moved || wrote)
            eventChannels.Notify(Port);
        poll?.Note(isWaiting: hasMore, hasRead: wrote);
        (moved, wrote) = (false, false);
    }

    public void Close()
    {
        poll?.End();
        Unbind();
        page.Dispose();
    }

    static int Done(int count, out Transfer end)
    {
        end = count < 0 ? Transfer.BadRing : Transfer.Fine;
        return Math.Max(count, 0);
    }
}
