using System.Runtime.InteropServices;
using System.Text;

namespace Load;

/// <summary>A blocking connection to the server's socket.</summary>
sealed unsafe class Client : IStore, IDisposable
{
    const int SolSocket = 1, RcvTimeO = 20;
    readonly byte[] input = GC.AllocateUninitializedArray<byte>(1 << 17, pinned: true);
    readonly byte[] output = new byte[Wire.HeaderSize + Wire.MaxPayload];
    int start, end;

    public Client(string path, int timeoutSeconds)
        : this(Connect(path), timeoutSeconds)
    {
    }

    /// <summary>Takes a connected descriptor over.</summary>
    public Client(int fd, int timeoutSeconds)
    {
        Fd = fd;
        Native.TimeSpec timeout = new() { Seconds = timeoutSeconds };
        if (Native.SetSockOpt(Fd, SolSocket, RcvTimeO, &timeout, (uint)sizeof(Native.TimeSpec)) < 0)
            throw Native.Failure("setsockopt");
    }

    public int Fd { get; }

    /// <summary>A bare connected descriptor.</summary>
    public static int Connect(string path)
    {
        int fd = TryConnect(path);
        return fd >= 0 ? fd : throw Native.Failure($"connect to {path}");
    }

    /// <summary>The same, or -1.</summary>
    public static int TryConnect(string path)
    {
        const int Unix = 1, Stream = 1, CloseOnExec = Native.O_CLOEXEC;
        Span<byte> address = stackalloc byte[110];
        address.Clear();
        address[0] = Unix;
        Encoding.UTF8.GetBytes(path, address[2..^1]);
        int fd = Native.Socket(Unix, Stream | CloseOnExec, 0);
        fixed (byte* first = address)
        {
            if (Native.Connect(fd, first, (uint)address.Length) == 0)
                return fd;
        }
        int error = Marshal.GetLastPInvokeError();
        Native.Close(fd);
        Marshal.SetLastPInvokeError(error);
        return -1;
    }

    public void SendRaw(ReadOnlySpan<byte> requests) => Native.WriteAll(Fd, requests);

    public void Send(uint type, uint tx, ReadOnlySpan<byte> payload) =>
        SendRaw(output.AsSpan(0, Wire.Put(output, type, tx, payload)));

    /// <summary>One read; throws at the end of the connection and when nothing came for the time allowed.</summary>
    public void Fill()
    {
        if (start == end)
            start = end = 0;
        else if (input.Length - end < 2 * (Wire.HeaderSize + Wire.MaxPayload))
        {
            input.AsSpan(start, end - start).CopyTo(input);
            end -= start;
            start = 0;
        }
        fixed (byte* first = input)
        {
            nint n = Native.Read(Fd, first + end, input.Length - end);
            if (n > 0)
                end += (int)n;
            else if (n == 0)
                throw new IOException("the server closed the connection");
            else if (Marshal.GetLastPInvokeError() == Native.EAGAIN)
                throw new TimeoutException("no reply");
            else if (Marshal.GetLastPInvokeError() != Native.EINTR)
                throw Native.Failure("read");
        }
    }

    /// <summary>The next message if it was read already.</summary>
    public bool TryNext(out Reply reply)
    {
        int length = Reply.LengthOf(input.AsSpan(start, end - start));
        if (length == 0 || length > end - start)
        {
            reply = default;
            return false;
        }
        reply = Reply.Parse(input.AsSpan(start, length));
        start += length;
        return true;
    }

    public Reply Next()
    {
        Reply reply;
        while (!TryNext(out reply))
            Fill();
        return reply;
    }

    /// <summary>A request and its reply, which may be an error; events in between are dropped.</summary>
    public Reply Try(uint type, uint tx, ReadOnlySpan<byte> payload)
    {
        Send(type, tx, payload);
        return Answer();
    }

    /// <summary>A request which has to succeed.</summary>
    public Reply Call(uint type, uint tx, ReadOnlySpan<byte> payload)
    {
        Send(type, tx, payload);
        return Success(type);
    }

    /// <summary>The reply to a request that was sent, which may be an error; events before it are dropped.</summary>
    public Reply Answer()
    {
        while (true)
        {
            var reply = Next();
            if (reply.Type != Wire.WatchEvent)
                return reply;
        }
    }

    /// <summary>The reply to a request of a type that was sent and has to succeed.</summary>
    public Reply Success(uint type)
    {
        var reply = Answer();
        return reply.IsError ? throw new InvalidOperationException($"request {type}: {reply.Text}") : reply;
    }

    public void Write(string path, string value) => Call(Wire.Write, 0, Wire.PathAndValue(path, value));

    public void Dispose() => Native.Close(Fd);
}
