using Xen.Loop;
using Xen.Posix;
using XenConsoled.Consoles;
using XenConsoled.Core;

namespace XenConsoled.Attach;

/// <summary>
/// The daemon's own socket, for our client: several viewers of a console at once, and the status. Root and the daemon's own user only.
/// </summary>
sealed class AttachServer : IReadyHandler, IDisposable
{
    const uint Mode = 0x180; // 0600
    const int Backlog = 64, MostClients = 256;

    readonly FileDescriptor listener;
    readonly string path;
    readonly List<AttachClient> clients = [];
    FileDescriptor spare = FileDescriptor.EventCounter();

    /// <param name="path">Where it listens; a socket that nobody serves is replaced.</param>
    /// <exception cref="PosixException">It cannot listen there.</exception>
    internal AttachServer(ConsoleHost host, ConsoleTable consoles, ConsoleReport report, string path)
    {
        (Host, Consoles, Report, this.path) = (host, consoles, report, path);
        Folder.Unlink(path); // ours: the lock of the folder is held
        listener = UnixSocket.Listen(path, Mode, Backlog);
        host.Loop.Watch(listener, Readiness.Read, this);
    }

    internal ConsoleHost Host { get; }
    internal ConsoleTable Consoles { get; }

    internal ConsoleReport Report { get; }

    /// <summary>A client is gone.</summary>
    internal void Remove(AttachClient client) => clients.Remove(client);

    public void Ready(Readiness readiness)
    {
        int errno;
        while (UnixSocket.Accept(listener, out errno) is { } socket)
        {
            var peer = UnixSocket.Peer(socket);
            bool isStranger = peer.Uid != 0 && peer.Uid != Limits.UserId;
            if (isStranger || clients.Count >= MostClients)
            {
                if (isStranger)
                    ConsoleLog.Refused(Host.Logger, path, peer.Pid, peer.Command, peer.Uid);
                _ = socket.Send(AttachFrame.Of(AttachFrameType.Refusal, isStranger
                    ? "only root and the daemon's own user may look at consoles"
                    : $"xenconsoled serves {MostClients} clients already"));
                socket.Dispose();
                continue;
            }
            clients.Add(new(this, socket, peer));
        }
        if (errno != Errno.EMFILE)
            return;
        // Out of descriptors: the spare one is given up to take the client off the queue, or the loop would spin on it.
        spare.Dispose();
        UnixSocket.Accept(listener, out _)?.Dispose();
        spare = FileDescriptor.EventCounter();
    }

    public void Dispose()
    {
        foreach (var client in clients.ToArray())
            client.Close();
        Host.Loop.Forget(listener);
        listener.Dispose();
        spare.Dispose();
        Folder.Unlink(path);
    }
}
