using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;

namespace XenStored.Connections.Transports;

/// <summary>A client on the Unix socket.</summary>
sealed class SocketTransport : ITransport
{
    readonly FileDescriptor socket;
    readonly EventLoop loop;
    Readiness interest = Readiness.Read;

    internal SocketTransport(FileDescriptor socket, EventLoop loop)
    {
        this.socket = socket;
        this.loop = loop;
        Peer = UnixSocket.Peer(socket);
    }

    /// <summary>The process that connected.</summary>
    internal PeerCredentials Peer { get; }

    public void Begin(IReadyHandler handler) => loop.Watch(socket, interest, handler);

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

    public void Flush(bool hasMore, bool wantsRead)
    {
        var wanted = (hasMore ? Readiness.Write : Readiness.None) | (wantsRead ? Readiness.Read : Readiness.None);
        if (wanted != interest)
            loop.Change(socket, wanted);
        interest = wanted;
    }

    public void Close()
    {
        loop.Forget(socket);
        socket.Dispose();
    }
}
