using Xen.Linux;
using Xen.Linux.Files;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;
using XenStored.Clients;
using XenStored.Logs;

namespace XenStored.Connections.Sources;

/// <summary>
/// The read-only socket. It accepts few clients at a time, and then none for a moment: whoever connects again and again costs other readers
/// time, but not the store. A client that is refused sees the end of its connection.
/// </summary>
sealed class ReaderListener : IAcceptor, IDisposable
{
    const int Backlog = 64, MostInPeriod = 32;
    const uint OwnersOnly = (uint)(UnixFileMode.UserRead | UnixFileMode.UserWrite);

    readonly EventLoop loop;
    readonly SocketClients clients;
    readonly Readers readers;
    readonly ReaderPolicy policy;
    readonly ILogger logger;
    readonly Listener listener;
    readonly LogBudget logBudget = new();

    /// <param name="kept">The listening socket of an earlier process; null: it is made.</param>
    /// <exception cref="PosixException">Somebody serves the socket, or it cannot be made, or cannot have an access list.</exception>
    internal ReaderListener(
        EventLoop loop, SocketClients clients, Readers readers, ReaderPolicy policy, string path, FileDescriptor? kept, ILogger logger)
    {
        (this.loop, this.clients, this.readers, this.policy, this.logger) = (loop, clients, readers, policy, logger);
        if (kept is null)
        {
            SocketListener.RefuseIfServed(path);
            Folder.Unlink(path); // the socket of a daemon that ended
            kept = UnixSocket.Listen(path, OwnersOnly, Backlog, policy.AccessList);
        }
        else
            policy.AccessList.GiveTo(path); // the settings may be others now
        if (clients.AreKept)
            kept.KeepOnExec();
        listener = new(loop, path, kept, this, clients.AreKept, MostInPeriod);
    }

    public void Accepted(FileDescriptor client)
    {
        var peer = UnixSocket.Peer(client);
        if (!policy.Admits(client))
            Refuse(client, peer, "its user and its groups are not among the readers");
        else if (readers.WhyNoSession(peer.Uid) is { } reason)
            Refuse(client, peer, reason);
        else
            clients.OpenReader(client, peer.Uid);
    }

    public void NotAccepted(int errno)
    {
        if (logBudget.TryTake(loop.Now, out int swallowed))
            StoreLog.NotAccepted(logger, $"{Errno.Text(errno)}, at the readers' socket", swallowed);
    }

    public void Dispose() => listener.Dispose();

    void Refuse(FileDescriptor client, PeerCredentials peer, string reason)
    {
        client.Dispose();
        readers.ClientsRefused++;
        if (logBudget.TryTake(loop.Now, out int swallowed))
            StoreLog.ReaderRefused(logger, peer.Pid, peer.Command, peer.Uid, reason, swallowed);
    }
}
