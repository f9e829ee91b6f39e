using System.Runtime.InteropServices;
using Xen.Loop;
using Xen.Posix;

namespace XenStored.Shell;

/// <summary>The store's Unix socket. A socket that another daemon still serves is never taken from it.</summary>
sealed class SocketListener : IReadyHandler, IDisposable
{
    const int Backlog = 4096, AcceptedATurn = 64;
    const uint Mode = 0x180; // 0600

    readonly Server server;
    readonly FileDescriptor socket;
    readonly LogBudget logBudget = new();
    readonly string path;
    FileDescriptor spare = FileDescriptor.EventCounter();

    /// <exception cref="PosixException">Somebody serves the socket, or it cannot be made.</exception>
    internal SocketListener(Server server, string path)
    {
        this.server = server;
        this.path = path;
        RefuseIfServed(path);
        Folder.Unlink(path); // what a dead daemon left
        socket = UnixSocket.Listen(path, Mode, Backlog);
        server.Loop.Watch(socket, Readiness.Read, this);
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

    /// <summary>Clients wait.</summary>
    public void Ready(Readiness readiness)
    {
        for (int i = 0; i < AcceptedATurn; i++)
        {
            var client = UnixSocket.Accept(socket, out int errno);
            if (client is null)
            {
                if (errno is Errno.EAGAIN or Errno.EINTR)
                    return;
                Refuse(Marshal.GetPInvokeErrorMessage(errno));
                if (errno != Errno.EMFILE)
                {
                    server.Loop.Change(socket, Readiness.None); // or the loop would spin on it
                    server.Turns.ResumeLater(() => server.Loop.Change(socket, Readiness.Read));
                    return;
                }
                // Out of descriptors: give up the spare one to take the client off the queue, or the loop would spin on it.
                spare.Dispose();
                UnixSocket.Accept(socket, out _)?.Dispose();
                spare = FileDescriptor.EventCounter();
                return;
            }
            if (server.SocketCount >= server.Options.SocketConnections)
            {
                var peer = UnixSocket.Peer(client);
                Refuse($"{server.SocketCount} are connected, the limit is {server.Options.SocketConnections}; refused pid {peer.Pid}, {peer.Command}, uid {peer.Uid}");
                client.Dispose();
                continue;
            }
            var transport = new SocketTransport(client, server.Loop);
            var connection = server.Accept(transport);
            transport.Wake = () => server.Wake(connection);
        }
    }

    public void Dispose()
    {
        server.Loop.Forget(socket);
        socket.Dispose();
        spare.Dispose();
        Folder.Unlink(path);
    }

    void Refuse(string reason)
    {
        if (logBudget.TryTake(server.Loop.Now, out int swallowed))
            StoreLog.NotAccepted(server.Logger, reason, swallowed);
    }
}
