using Xen.Linux;
using Xen.Linux.Files;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;
using XenStored.Connections.Transports;
using XenStored.Logs;

namespace XenStored.Connections;

/// <summary>The store's Unix socket. It never replaces a socket that another daemon still serves.</summary>
sealed class SocketListener : IAcceptor, IDisposable
{
    const int Backlog = 4096;
    const uint Mode = (uint)(UnixFileMode.UserRead | UnixFileMode.UserWrite);

    readonly Server server;
    readonly Listener listener;
    readonly LogBudget logBudget = new();

    /// <exception cref="PosixException">Somebody serves the socket, or it cannot be made.</exception>
    internal SocketListener(Server server, string path)
    {
        this.server = server;
        RefuseIfServed(path);
        Folder.Unlink(path); // the socket of a daemon that ended
        listener = new(server.Loop, path, Mode, Backlog, this);
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
        int limit = server.Options.SocketConnections;
        if (server.SocketCount >= limit)
        {
            var peer = UnixSocket.Peer(client);
            client.Dispose();
            Refuse($"{server.SocketCount} are connected, the limit is {limit}; refused pid {peer.Pid}, {peer.Command}, uid {peer.Uid}");
            return;
        }
        server.Accept(new SocketTransport(client, server.Loop));
    }

    public void NotAccepted(int errno) => Refuse(Errno.Text(errno));

    public void Dispose() => listener.Dispose();

    void Refuse(string reason)
    {
        if (logBudget.TryTake(server.Loop.Now, out int swallowed))
            StoreLog.NotAccepted(server.Logger, reason, swallowed);
    }
}
