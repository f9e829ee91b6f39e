using Xen.Linux;
using Xen.Linux.Sockets;
using XenConsoled.Attach;

namespace XenConsoled.Client;

/// <summary>A client's connection to the running daemon's own socket.</summary>
sealed class DaemonSocket(FileDescriptor socket) : IDisposable
{
    const int ReadSize = 16 * 1024;

    readonly List<byte> received = [];

    internal FileDescriptor Descriptor => socket;

    /// <exception cref="PosixException">No daemon answers, or this user may not connect.</exception>
    internal static DaemonSocket Connect(string runFolder)
    {
        string path = Path.Combine(runFolder, "socket");
        return new(UnixSocket.TryConnect(path, out int errno)
            ?? throw new PosixException("connect to " + path, errno,
                errno is Errno.EACCES or Errno.EPERM ? "it takes root" : "does our xenconsoled run?"));
    }

    /// <summary>Sends all of a frame.</summary>
    internal void Send(ReadOnlySpan<byte> frame)
    {
        while (!frame.IsEmpty)
        {
            int count = socket.Send(frame);
            if (count == -Errno.EAGAIN)
                Poll.WaitWritable(socket);
            else if (count < 0)
                return; // the daemon is gone, and the next Receive reports it
            else
                frame = frame[count..];
        }
    }

    /// <summary>Sends as much as fits, and removes that from the list.</summary>
    internal void SendSome(List<byte> bytes)
    {
        if (bytes.Count == 0)
            return;
        int count = socket.Send(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes));
        if (count > 0)
            bytes.RemoveRange(0, count);
    }

    /// <summary>Receives what has come; false at the end of the connection.</summary>
    internal bool Receive()
    {
        Span<byte> buffer = stackalloc byte[ReadSize];
        int count = socket.ReadAndWait(buffer);
        if (count > 0)
            received.AddRange(buffer[..count]);
        return count > 0 || count == -Errno.EAGAIN;
    }

    /// <summary>Takes the next whole frame of what has come.</summary>
    internal bool TryTake(out AttachFrameType type, out byte[] payload)
    {
        ReadOnlySpan<byte> left = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(received);
        int before = left.Length;
        bool isThere = AttachFrame.TryTake(ref left, out type, out var bytes);
        payload = bytes.ToArray();
        received.RemoveRange(0, before - left.Length);
        return isThere;
    }

    public void Dispose() => socket.Dispose();
}
