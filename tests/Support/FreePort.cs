using System.Net;
using System.Net.Sockets;

namespace Xen.Support;

/// <summary>A TCP port of this machine for a server of a test.</summary>
public static class FreePort
{
    /// <summary>The number of a port that nobody has now.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
