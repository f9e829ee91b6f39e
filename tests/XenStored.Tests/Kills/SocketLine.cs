using System.Net.Sockets;

namespace XenStored.Tests.Kills;

/// <summary>A client on the socket.</summary>
sealed class SocketLine : Line
{
    readonly Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = LimitMs };

    /// <exception cref="ClosedException">Nobody listens.</exception>
    internal SocketLine(string path)
    {
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ClosedException("nobody listens", e);
        }
    }

    public override void Dispose() => socket.Dispose();

    /// <summary>Sends nothing any more, and is told what it has asked for.</summary>
    internal void EndsSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Nothing more comes.</summary>
    internal bool IsClosed => socket.Receive(new byte[1]) == 0;

    internal override void SendBytes(byte[] bytes)
    {
        try
        {
            for (int sent = 0; sent < bytes.Length;)
                sent += socket.Send(bytes.AsSpan(sent));
        }
        catch (SocketException e)
        {
            throw new ClosedException("it cannot send", e);
        }
    }

    private protected override void Receive(Span<byte> into)
    {
        try
        {
            for (; !into.IsEmpty;)
                into = into[(socket.Receive(into) is > 0 and var got ? got : throw new ClosedException("the end"))..];
        }
        catch (SocketException e) when (e.SocketErrorCode != SocketError.TimedOut && e.SocketErrorCode != SocketError.WouldBlock)
        {
            throw new ClosedException("it cannot receive", e);
        }
    }
}
