using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Xen.Linux.Sockets;

/// <summary>TCP sockets that listen. Clients are accepted as those of a <see cref="UnixSocket"/>.</summary>
public static unsafe class TcpSocket
{
    const int SizeOfV4 = 16, SizeOfV6 = 28; // struct sockaddr_in, struct sockaddr_in6

    /// <summary>Begins to listen at an address, also if connections of an earlier process are not quite over there.</summary>
    /// <param name="backlog">Clients that may wait to be accepted.</param>
    /// <exception cref="PosixException">It cannot listen there.</exception>
    public static FileDescriptor Listen(IPEndPoint at, int backlog)
    {
        bool isV6 = at.AddressFamily == AddressFamily.InterNetworkV6;
        int family = isV6 ? Libc.AF_INET6 : Libc.AF_INET, one = 1;
        var socket = new FileDescriptor(
            FileDescriptor.Check(Libc.socket(family, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0), "socket"));
        _ = Libc.setsockopt(socket.Number, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, &one, sizeof(int));
        Span<byte> address = stackalloc byte[isV6 ? SizeOfV6 : SizeOfV4];
        address.Clear();
        address[0] = (byte)family;
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], (ushort)at.Port);
        at.Address.TryWriteBytes(address[(isV6 ? 8 : 4)..], out _);
        int errno;
        fixed (byte* start = address)
            errno = Libc.bind(socket.Number, start, (uint)address.Length) < 0 || Libc.listen(socket.Number, backlog) < 0
                ? Libc.LastError : 0;
        if (errno == 0)
            return socket;
        socket.Dispose();
        throw new PosixException($"listen at {at}", errno);
    }
}
