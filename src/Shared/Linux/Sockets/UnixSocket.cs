using System.Text;
using Xen.Linux.Files;

namespace Xen.Linux.Sockets;

/// <summary>Unix stream sockets, non-blocking and closed on exec.</summary>
public static unsafe class UnixSocket
{
    const int ConnectPauseMs = 2, ConnectLimitMs = 10_000;

    /// <summary>Bytes of the longest path that an address holds (struct sockaddr_un, less the NUL).</summary>
    public const int LongestPath = 107;

    /// <summary>Makes a socket that listens at <paramref name="path"/>, which must not exist.</summary>
    /// <param name="path">At most <see cref="LongestPath"/> bytes.</param>
    /// <param name="mode">Permission bits of the socket's file.</param>
    /// <param name="backlog">Clients that may wait to be accepted. The kernel limits this to net.core.somaxconn.</param>
    /// <param name="access">Who may connect beside those whom the mode admits; null: nobody.</param>
    /// <exception cref="PosixException">The path is too long, or bind, chmod, setxattr or listen failed.</exception>
    public static FileDescriptor Listen(string path, uint mode, int backlog, AccessList? access = null)
    {
        var socket = New();
        try
        {
            Span<byte> address = stackalloc byte[LongestPath + 3];
            fixed (byte* start = address)
                FileDescriptor.Check(Libc.bind(socket.Number, start, Address(path, address)), "bind " + path);
            FileDescriptor.Check(Libc.chmod(path, mode), "chmod " + path);
            access?.GiveTo(path);
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
    /// Connects to a listening socket; null and the errno if that fails. If the listener's queue is full, it tries again for at most ten
    /// seconds, because nothing reports when the queue has a place. (C xenstored's queue has one place.)
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

    /// <summary>Whether somebody listens at a path. The socket's file alone does not show that: it exists a moment earlier.</summary>
    public static bool Answers(string path)
    {
        using var connected = TryConnect(path, out _);
        return connected is not null;
    }

    /// <summary>
    /// Accepts the next waiting client. Null with <paramref name="errno"/> EAGAIN: nobody waits. Null with EMFILE and the like: a client
    /// waits and cannot be accepted.
    /// </summary>
    /// <param name="isKept">Without the mark that closes it on exec.</param>
    public static FileDescriptor? Accept(FileDescriptor listener, out int errno, bool isKept = false)
    {
        int client = Libc.accept4(listener.Number, null, null, Libc.SOCK_NONBLOCK | (isKept ? 0 : Libc.SOCK_CLOEXEC));
        errno = client < 0 ? Libc.LastError : 0;
        return client < 0 ? null : new FileDescriptor(client);
    }

    /// <summary>Whether a path is a socket's. Opening a socket fails with ENXIO.</summary>
    public static bool IsSocket(string path)
    {
        int opened = Libc.open(path, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
        if (opened < 0)
            return Libc.LastError == Errno.ENXIO;
        _ = Libc.close(opened);
        return false;
    }

    /// <summary>The process at the other end of a connected socket; a user whom no host has if the kernel does not tell.</summary>
    public static PeerCredentials Peer(FileDescriptor socket)
    {
        Libc.Ucred credentials;
        uint length = (uint)sizeof(Libc.Ucred);
        return Libc.getsockopt(socket.Number, Libc.SOL_SOCKET, Libc.SO_PEERCRED, &credentials, &length) < 0
            ? new(0, uint.MaxValue, uint.MaxValue)
            : new(credentials.Pid, credentials.Uid, credentials.Gid);
    }

    /// <summary>
    /// The groups of the process at the other end, beside its first one, when it connected. Empty if the kernel does not tell.
    /// </summary>
    public static uint[] PeerGroups(FileDescriptor socket)
    {
        uint length = 0;
        _ = Libc.getsockopt(socket.Number, Libc.SOL_SOCKET, Libc.SO_PEERGROUPS, null, &length); // ERANGE, and the length that is needed
        uint[] groups = new uint[length / sizeof(uint)];
        fixed (uint* start = groups)
            return length > 0 && Libc.getsockopt(socket.Number, Libc.SOL_SOCKET, Libc.SO_PEERGROUPS, start, &length) == 0 ? groups : [];
    }

    /// <summary>
    /// The kernel's number of a socket, which no other one has until the host boots again; 0 if that is unknown. (The number of its inode
    /// is used again.)
    /// </summary>
    public static ulong Cookie(FileDescriptor socket)
    {
        ulong cookie = 0;
        uint length = sizeof(ulong);
        return Libc.getsockopt(socket.Number, Libc.SOL_SOCKET, Libc.SO_COOKIE, &cookie, &length) < 0 ? 0 : cookie;
    }

    /// <summary>Whether a descriptor is a Unix stream socket, and whether that listens.</summary>
    public static bool IsStream(FileDescriptor socket, out bool listens)
    {
        listens = Option(socket, Libc.SO_ACCEPTCONN) == 1;
        return Option(socket, Libc.SO_DOMAIN) == Libc.AF_UNIX && Option(socket, Libc.SO_TYPE) == Libc.SOCK_STREAM;
    }

    /// <summary>The path that a socket is bound to or was accepted at; empty if it has none.</summary>
    public static string Path(FileDescriptor socket)
    {
        Span<byte> address = stackalloc byte[LongestPath + 3];
        address.Clear();
        uint length = (uint)address.Length;
        fixed (byte* start = address)
            if (Libc.getsockname(socket.Number, start, &length) < 0)
                return "";
        return Encoding.UTF8.GetString(address[2..]).TrimEnd('\0');
    }

    static int Option(FileDescriptor socket, int option)
    {
        int value = 0;
        uint length = sizeof(int);
        return Libc.getsockopt(socket.Number, Libc.SOL_SOCKET, option, &value, &length) < 0 ? -1 : value;
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
