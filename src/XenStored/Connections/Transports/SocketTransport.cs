using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;

namespace XenStored.Connections.Transports;

/// <summary>A client on the Unix socket.</summary>
sealed class SocketTransport : ITransport
{
    readonly FileDescriptor socket;
    readonly EventLoop loop;
    IReadyHandler? handler;
    Readiness interest; // the loop watches the socket unless this is None

    internal SocketTransport(FileDescriptor socket, EventLoop loop)
    {
        this.socket = socket;
        this.loop = loop;
        Peer = UnixSocket.Peer(socket);
    }

    /// <summary>The process that connected.</summary>
    internal PeerCredentials Peer { get; }

    public void Begin(IReadyHandler handler)
    {
        this.handler = handler;
        Watch(Readiness.Read);
    }

    public int Read(Span<byte> into, out Transfer end)
    {
        int count = socket.Read(into);
        end = count == 0 || count < 0 && count != -Errno.EAGAIN ? Transfer.Closed : Transfer.Fine;
        return Math.Max(count, 0);
    }

    public bool TryPutBack(int unserved) => false;

    public int Write(ReadOnlySpan<byte> bytes, out Transfer end)
    {
        int count = socket.Send(bytes);
        end = count < 0 && count != -Errno.EAGAIN ? Transfer.Closed : Transfer.Fine;
        return Math.Max(count, 0);
    }

    public void Flush(bool hasMore, bool wantsRead) =>
        Watch((hasMore ? Readiness.Write : Readiness.None) | (wantsRead ? Readiness.Read : Readiness.None));

    public void Close()
    {
        Watch(Readiness.None);
        socket.Dispose();
    }

    // The kernel reports a hang-up also to who wants nothing, and would wake the loop again and again: then the loop forgets the socket.
    void Watch(Readiness wanted)
    {
        if (wanted == interest)
            return;
        if (interest == Readiness.None)
            loop.Watch(socket, wanted, handler!);
        else if (wanted == Readiness.None)
            loop.Forget(socket);
        else
            loop.Change(socket, wanted);
        interest = wanted;
    }
}
