using Xen.Hypervisor;
using Xen.Linux.Loop;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;

namespace XenStored.Connections.Transports;

/// <summary>A guest on its ring page.</summary>
sealed class RingTransport(GuestPage page, IEventChannels eventChannels, int port, EventLoop loop) : ITransport
{
    const int NoPort = -1;

    RoomPoll? poll;
    bool moved, wrote;
    int peeked;

    internal int Port { get; private set; } = port;

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
        Page.Offer(features);
        Page.Report(RingFault.None);
        bool wanted = Page.WantsReconnection;
        peeked = 0;
        if (empties)
            Page.Reset();
        if (wanted)
            eventChannels.Notify(Port);
    }

    /// <summary>Serves a guest's request for reconnection.</summary>
    internal void Reconnect()
    {
        peeked = 0;
        Page.Reconnect();
        eventChannels.Notify(Port);
    }

    /// <summary>Writes into the page why the guest is not served any more, and notifies the guest.</summary>
    internal void Report(RingFault fault)
    {
        Page.Report(fault);
        eventChannels.Notify(Port);
    }

    public void Begin(IReadyHandler handler) => poll = new(loop, () => handler.Ready(Readiness.Write));

    public bool WantsReconnection => Page.WantsReconnection;

    // The bytes stay in the ring until they are served, so that the requests of a guest that may not be read stay in its own memory.
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
        while (count > 0 && written < bytes.Length); // a guest notifies only after it read from a full ring
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
