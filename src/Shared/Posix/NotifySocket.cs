using System.Text;

namespace Xen.Posix;

/// <summary>
/// Datagrams with descriptors in them, as systemd takes them at NOTIFY_SOCKET (sd_notify(3)) and as a test's stand-in receives them.
/// </summary>
public static unsafe class NotifySocket
{
    const int MostDescriptors = 8, ControlBytes = 16 + MostDescriptors * sizeof(int);

    /// <summary>Sends text with descriptors; 0, or the errno (EAGAIN: the receiver has not read what was sent before).</summary>
    /// <param name="path">A socket's path, or @ and a name of the abstract namespace.</param>
    public static int Send(string path, string text, params ReadOnlySpan<FileDescriptor> descriptors)
    {
        int number = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (number < 0)
            return Libc.LastError;
        using var socket = new FileDescriptor(number);
        Span<byte> address = stackalloc byte[2 + UnixSocket.LongestPath + 1];
        address.Clear();
        address[0] = Libc.AF_UNIX;
        if (Encoding.UTF8.GetByteCount(path) > UnixSocket.LongestPath)
            return Errno.EINVAL;
        int length = 2 + Encoding.UTF8.GetBytes(path, address[2..]);
        if (path.StartsWith('@'))
            address[2] = 0;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> control = stackalloc byte[ControlBytes];
        control.Clear();
        fixed (byte* addressStart = address, bytesStart = bytes, controlStart = control)
        {
            var vector = new Libc.IoVector { Start = bytesStart, Length = (nuint)bytes.Length };
            var message = new Libc.MessageHeader { Name = addressStart, NameLength = (uint)length, Vectors = &vector, VectorCount = 1 };
            if (!descriptors.IsEmpty)
            {
                var header = (Libc.ControlHeader*)controlStart;
                *header = new() { Length = (nuint)(sizeof(Libc.ControlHeader) + descriptors.Length * sizeof(int)), Level = Libc.SOL_SOCKET, Type = Libc.SCM_RIGHTS };
                for (int i = 0; i < descriptors.Length; i++)
                    ((int*)(header + 1))[i] = descriptors[i].Number;
                message.Control = controlStart;
                message.ControlLength = (nuint)(sizeof(Libc.ControlHeader) + (descriptors.Length * sizeof(int) + 7 & ~7));
            }
            return Libc.sendmsg(number, &message, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT) < 0 ? Libc.LastError : 0;
        }
    }

    /// <summary>A socket that receives at a path.</summary>
    /// <exception cref="PosixException">It cannot be made there.</exception>
    public static FileDescriptor Bind(string path)
    {
        var socket = new FileDescriptor(FileDescriptor.Check(Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0), "socket"));
        Span<byte> address = stackalloc byte[2 + UnixSocket.LongestPath + 1];
        address.Clear();
        address[0] = Libc.AF_UNIX;
        int length = 2 + Encoding.UTF8.GetBytes(path, address[2..]) + 1;
        fixed (byte* start = address)
            FileDescriptor.Check(Libc.bind(socket.Number, start, (uint)length), "bind " + path);
        return socket;
    }

    /// <summary>Waits for a datagram and answers its text; the descriptors that came with it are the caller's.</summary>
    /// <exception cref="PosixException">The socket is closed.</exception>
    public static string Receive(FileDescriptor socket, List<FileDescriptor> descriptors)
    {
        var bytes = new byte[4096];
        Span<byte> control = stackalloc byte[ControlBytes];
        fixed (byte* bytesStart = bytes, controlStart = control)
        {
            var vector = new Libc.IoVector { Start = bytesStart, Length = (nuint)bytes.Length };
            var message = new Libc.MessageHeader { Vectors = &vector, VectorCount = 1, Control = controlStart, ControlLength = ControlBytes };
            int count = FileDescriptor.Check((int)Libc.recvmsg(socket.Number, &message, 0x40000000 /* MSG_CMSG_CLOEXEC */), "recvmsg");
            var header = (Libc.ControlHeader*)controlStart;
            if (message.ControlLength >= (nuint)sizeof(Libc.ControlHeader) && header->Type == Libc.SCM_RIGHTS)
                for (int i = 0; i < ((int)header->Length - sizeof(Libc.ControlHeader)) / sizeof(int); i++)
                    descriptors.Add(new(((int*)(header + 1))[i]));
            return Encoding.UTF8.GetString(bytes, 0, count);
        }
    }
}
