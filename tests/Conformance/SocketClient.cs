using System.Net.Sockets;

namespace Xen.Conformance;

/// <summary>A privileged client on the daemon's Unix socket.</summary>
sealed class SocketClient : IClient
{
    readonly Socket socket;
    readonly List<byte> received = [];
    readonly byte[] buffer = new byte[65536];

    internal SocketClient(string path)
    {
        for (int attempt = 0; ; attempt++)
        {
            socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(path));
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && attempt < 5000)
            {
                // The socket's name is there a moment before the daemon listens.
                socket.Dispose();
                Thread.Sleep(2);
            }
        }
    }

    public bool IsClosed { get; private set; }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
                bytes = bytes[socket.Send(bytes)..];
        }
        catch (SocketException)
        {
            IsClosed = true;
        }
    }

    public Message? Receive(TimeSpan timeout)
    {
        var deadline = DateTime.UtcNow + timeout;
        while (true)
        {
            if (Wire.TakeMessage(received) is { } message)
                return message;
            var left = deadline - DateTime.UtcNow;
            if (IsClosed || left <= TimeSpan.Zero || !socket.Poll(left, SelectMode.SelectRead))
                return null;
            Fill();
        }
    }

    void Fill()
    {
        try
        {
            int count = socket.Receive(buffer);
            received.AddRange(buffer.AsSpan(0, count));
            IsClosed = count == 0;
        }
        catch (SocketException)
        {
            IsClosed = true;
        }
    }

    public void Dispose() => socket.Dispose();
}
