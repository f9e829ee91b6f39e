using Xen.Linux;
using Xen.Linux.Files;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;
using XenStored.Connections.State;
using XenStored.Crashes;
using XenStored.Logs;

namespace XenStored.Connections.Sources;

/// <summary>The store's Unix socket. It never replaces a socket that another daemon still serves.</summary>
sealed class SocketListener : IAcceptor, IDisposable
{
    const int Backlog = 4096;
    const uint Mode = (uint)(UnixFileMode.UserRead | UnixFileMode.UserWrite);

    readonly EventLoop loop;
    readonly SocketClients clients;
    readonly ConnectionTable connections;
    readonly int limit;
    readonly ILogger logger;
    readonly Listener listener;
    readonly LogBudget logBudget = new();

    /// <param name="kept">The listening socket of an earlier process; null: it is made.</param>
    /// <param name="limit">How many clients may be connected.</param>
    /// <exception cref="PosixException">Somebody serves the socket, or it cannot be made.</exception>
    internal SocketListener(
        EventLoop loop, SocketClients clients, ConnectionTable connections, string path, FileDescriptor? kept, int limit, ILogger logger)
    {
        (this.loop, this.clients, this.connections, this.limit, this.logger) = (loop, clients, connections, limit, logger);
        if (kept is null)
        {
            RefuseIfServed(path);
            Folder.Unlink(path); // the socket of a daemon that ended
            kept = UnixSocket.Listen(path, Mode, Backlog);
        }
        if (clients.AreKept)
            kept.KeepOnExec();
        listener = new(loop, path, kept, this, clients.AreKept);
    }

    /// <exception cref="PosixException">Another daemon answers at the path.</exception>
    internal static void RefuseIfServed(string path)
    {
        using var other = UnixSocket.TryConnect(path, out int errno);
        if (other is not null || errno == Errno.EAGAIN)
            throw new PosixException($"another xenstored serves {path}; stop it first", Errno.EADDRINUSE);
        if (errno is not (Errno.ECONNREFUSED or Errno.ENOENT))
            throw new PosixException($"{path} is no socket of a daemon that ended, and is left alone", errno);
        if (errno == Errno.ECONNREFUSED && !UnixSocket.IsSocket(path))
            throw new PosixException($"{path} is no socket, and is left alone", Errno.EEXIST);
    }

    public void Accepted(FileDescriptor client)
    {
        Crash.At(CrashPoint.AcceptReturns);
        if (connections.SocketCount >= limit)
        {
            var peer = UnixSocket.Peer(client);
            client.Dispose();
            Refuse($"{connections.SocketCount} are connected, the limit is {limit}; "
                + $"refused pid {peer.Pid}, {peer.Command}, uid {peer.Uid}");
            return;
        }
        clients.Open(client);
        Crash.At(CrashPoint.AcceptIsOver);
    }

    public void NotAccepted(int errno) => Refuse(Errno.Text(errno));

    public void Dispose() => listener.Dispose();

    void Refuse(string reason)
    {
        if (logBudget.TryTake(loop.Now, out int swallowed))
            StoreLog.NotAccepted(logger, reason, swallowed);
    }
}
