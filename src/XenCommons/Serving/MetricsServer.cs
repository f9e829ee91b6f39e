using System.Net;
using Xen.Hosting;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Processes;
using Xen.Linux.Sockets;

namespace XenCommons.Serving;

/// <summary>
/// Serves a file of figures over HTTP. It asks no daemon for anything, so whatever its clients do costs the daemons nothing. It has few
/// connections, each for a few seconds: when there are too many, the oldest is closed.
/// </summary>
sealed class MetricsServer : IAcceptor
{
    const int MostConnections = 16, Backlog = 64;

    /// <summary>Where it listens if it is not told otherwise, and no init system gives it a socket.</summary>
    internal static readonly IPEndPoint DefaultAddress = new(IPAddress.Loopback, 9785);

    readonly List<HttpConnection> connections = []; // the oldest first

    MetricsServer(EventLoop loop, MetricsFile file) => (Loop, File) = (loop, file);

    internal EventLoop Loop { get; }
    internal MetricsFile File { get; }

    /// <summary>Serves until a signal ends the process.</summary>
    /// <param name="address">Beside the sockets that the init system gives. Null: none; the default if it gives none.</param>
    /// <exception cref="PosixException">It cannot listen there.</exception>
    internal static int Run(string file, IPEndPoint? address)
    {
        using var loop = new EventLoop();
        var server = new MetricsServer(loop, new(file));
        var sockets = DescriptorStore.TakeAll().ConvertAll(given => given.Descriptor);
        if (address is not null || sockets.Count == 0)
            sockets.Add(TcpSocket.Listen(address ?? DefaultAddress, Backlog));
        foreach (var socket in sockets)
        {
            socket.SetBlocking(false);
            _ = new Listener(loop, null, socket, server, keeps: false); // for as long as the process
        }
        Seccomp.GiveUp(); // without a filter in the kernel it serves all the same
        loop.Run(() => false);
        return 0;
    }

    /// <inheritdoc/>
    public void Accepted(FileDescriptor client)
    {
        if (connections.Count >= MostConnections)
            connections[0].Close();
        connections.Add(new(this, client));
    }

    /// <summary>Nobody is told: the client sees it, and the listener tries again.</summary>
    public void NotAccepted(int errno)
    {
    }

    /// <summary>A connection is closed.</summary>
    internal void Remove(HttpConnection connection) => connections.Remove(connection);
}
