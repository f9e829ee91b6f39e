using System.Text;

namespace Xen.Linux.Sockets;

/// <summary>Unix stream sockets, non-blocking and closed on exec.</summary>
public static unsafe class UnixSocket
{
    const int ConnectPauseMs = 2, ConnectLimitMs = 10_000;

    /// <summary>Longest path that an address holds (struct sockaddr_un, less the NUL).</summary>
    public const int LongestPath = 107;

    /// <summary>A socket that listens at <paramref name="path"/>, which must not exist.</summary>
    /// <param name="path">At most <see cref="LongestPath"/> bytes.</param>
    /// <param name="mode">Permission bits of the socket's file.</param>
    /// <param name="backlog">Clients that may wait to be accepted; the kernel caps it at net.core.somaxconn.</param>
    /// <exception cref="PosixException">Bind, chmod or listen failed.</exception>
    public static FileDescriptor Listen(string path, uint mode, int backlog)
    {
        var socket = New();
        try
        {
            Span<byte> address = stackalloc byte[LongestPath + 3];
            fixed (byte* start = address)
                FileDescriptor.Check(Libc.bind(socket.Number, start, Address(path, address)), "bind " + path);
            FileDescriptor.Check(Libc.chmod(path, mode), "chmod " + path);
            FileDescriptor.Check(Libc.listen(socket.Number, backlog), "listen " + path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Connects to a listening socket; null and the errno if nobody answers there. Where others wait to be accepted (C xenstored lets one
    /// wait), it waits with them, some seconds at most: nothing tells when there is room.
    /// </summary>
    public static FileDescriptor? TryConnect(string path, out int errno)
    {
        var socket = New();
        Span<byte> address = stackalloc byte[LongestPath + 3];
        fixed (byte* start = address)
            for (int waited = 0; ; waited += ConnectPauseMs)
            {
                errno = Libc.connect(socket.Number, start, Address(path, address)) < 0 ? Libc.LastError : 0;
                if (errno == 0)
                    return socket;
                if (errno != Errno.EAGAIN || waited >= ConnectLimitMs)
                    break;
                Thread.Sleep(ConnectPauseMs);
            }
        socket.Dispose();
        return null;
    }

    /// <summary>Whether somebody listens there: a socket's file alone says nothing, and it is there a moment before.</summary>
    public static bool Answers(string path)
    {
        using var connected = TryConnect(path, out _);
        return connected is not null;
    }

    /// <summary>
    /// The next waiting client; null when there is none, with <paramref name="errno"/> EAGAIN, or EMFILE and the like when there is no
    /// room.
    /// </summary>
    public static FileDescriptor? Accept(FileDescriptor listener, out int errno)
    {
        int client = Libc.accept4(listener.Number, null, null, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
        errno = client < 0 ? Libc.LastError : 0;
        return client < 0 ? null : new FileDescriptor(client);
    }

    /// <summary>Whether a name is a socket's: the one kind of file that cannot be opened.</summary>
    public static bool IsSocket(string path)
    {
        int opened = Libc.open(path, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
        if (opened < 0)
            return Libc.LastError == Errno.ENXIO;
        _ = Libc.close(opened);
        return false;
    }

    /// <summary>Who connected.</summary>
    public static PeerCredentials Peer(FileDescriptor socket)
    {
        Libc.Ucred credentials;
        uint length = (uint)sizeof(Libc.Ucred);
        return Libc.getsockopt(socket.Number, Libc.SOL_SOCKET, Libc.SO_PEERCRED, &credentials, &length) < 0
            ? default
            : new(credentials.Pid, credentials.Uid, credentials.Gid);
    }

    static FileDescriptor New() =>
        new(FileDescriptor.Check(Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0), "socket"));

    static uint Address(string path, Span<byte> address)
    {
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
            throw new PosixException($"a socket's path has at most {LongestPath} bytes: {path}", Errno.EINVAL);
        address.Clear();
        address[0] = Libc.AF_UNIX;
        return (uint)(2 + Encoding.UTF8.GetBytes(path, address[2..]) + 1);
    }
}
