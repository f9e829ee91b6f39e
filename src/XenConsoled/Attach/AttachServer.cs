using Xen.Linux;
using Xen.Linux.Files;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;
using XenConsoled.Consoles;
using XenConsoled.Core;

namespace XenConsoled.Attach;

/// <summary>
/// The daemon's own socket, for our client. It serves several viewers of a console at once, and the status.
/// Only root and the daemon's own user are admitted.
/// </summary>
sealed class AttachServer : IAcceptor, IDisposable
{
    const uint Mode = (uint)(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    const int Backlog = 64, MostClients = 256;

    readonly Listener listener;
    readonly string path;
    readonly List<AttachClient> clients = [];

    /// <param name="path">Where to listen. A socket that is there is replaced.</param>
    /// <exception cref="PosixException">The daemon cannot listen there.</exception>
    internal AttachServer(ConsoleHost host, ConsoleTable consoles, ConsoleReport report, string path)
    {
        (Host, Consoles, Report, this.path) = (host, consoles, report, path);
        Folder.Unlink(path); // safe: this process holds the folder's lock
        listener = new(host.Loop, path, Mode, Backlog, this);
    }

    internal ConsoleHost Host { get; }
    internal ConsoleTable Consoles { get; }
    internal ConsoleReport Report { get; }

    /// <summary>Removes a client that is closed.</summary>
    internal void Remove(AttachClient client) => clients.Remove(client);

    /// <inheritdoc/>
    public void Accepted(FileDescriptor client)
    {
        var peer = UnixSocket.Peer(client);
        if (peer.Uid != 0 && peer.Uid != ResourceLimits.UserId)
        {
            ConsoleLog.Refused(Host.Logger, path, peer.Pid, peer.Command, peer.Uid);
            Refuse(client, "only root and the daemon's own user may look at consoles");
        }
        else if (clients.Count >= MostClients)
            Refuse(client, $"xenconsoled serves {MostClients} clients already");
        else
            clients.Add(new(this, client, peer));
    }

    /// <summary>Logs nothing: the client sees the failure, and the listener tries again.</summary>
    public void NotAccepted(int errno)
    {
    }

    public void Dispose()
    {
        foreach (var client in clients.ToArray())
            client.Close();
        listener.Dispose();
    }

    static void Refuse(FileDescriptor client, string why)
    {
        _ = client.Send(AttachFrame.Of(AttachFrameType.Refusal, why));
        client.Dispose();
    }
}
