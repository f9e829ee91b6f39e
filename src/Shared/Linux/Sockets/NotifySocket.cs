using System.Text;

namespace Xen.Linux.Sockets;

/// <summary>
/// Sends datagrams that carry descriptors, as systemd takes them at NOTIFY_SOCKET (sd_notify(3)).
/// </summary>
public static unsafe class NotifySocket
{
    const int MostDescriptors = 8, ControlBytes = 16 + MostDescriptors * sizeof(int);

    /// <summary>Sends text with descriptors. Returns 0 or the errno (EAGAIN: the receiver has not read what was sent before).</summary>
    /// <param name="path">A socket's path, or @ and a name in the abstract namespace. More than 107 bytes are EINVAL.</param>
    /// <param name="descriptors">At most 8.</param>
    public static int Send(string path, string text, params ReadOnlySpan<FileDescriptor> descriptors)
    {
        int number = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (number < 0)
            return Libc.LastError;
        using var socket = new FileDescriptor(number);
        if (Encoding.UTF8.GetByteCount(path) > UnixSocket.LongestPath)
            return Errno.EINVAL;
        Span<byte> address = stackalloc byte[2 + UnixSocket.LongestPath + 1];
        uint length = WriteAddress(path, address);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> control = stackalloc byte[ControlBytes];
        control.Clear();
        fixed (byte* addressStart = address, bytesStart = bytes, controlStart = control)
        {
            var vector = new Libc.IoVector { Start = bytesStart, Length = (nuint)bytes.Length };
            var message = new Libc.SocketMessageHeader { Name = addressStart, NameLength = length, Vectors = &vector, VectorCount = 1 };
            if (!descriptors.IsEmpty)
            {
                int dataLength = descriptors.Length * sizeof(int);
                var header = (Libc.ControlHeader*)controlStart;
                *header = new()
                {
                    Length = (nuint)(sizeof(Libc.ControlHeader) + dataLength),
                    Level = Libc.SOL_SOCKET,
                    Type = Libc.SCM_RIGHTS,
                };
                for (int i = 0; i < descriptors.Length; i++)
                    ((int*)(header + 1))[i] = descriptors[i].Number;
                message.Control = controlStart;
                message.ControlLength = (nuint)(sizeof(Libc.ControlHeader) + (dataLength + 7 & ~7));
            }
            return Libc.sendmsg(number, &message, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT) < 0 ? Libc.LastError : 0;
        }
    }

    // Returns the address's length in bytes.
    static uint WriteAddress(string path, Span<byte> address)
    {
        address.Clear();
        address[0] = Libc.AF_UNIX;
        int length = 2 + Encoding.UTF8.GetBytes(path, address[2..]);
        if (path.StartsWith('@'))
            address[2] = 0;
        return (uint)length;
    }
}
