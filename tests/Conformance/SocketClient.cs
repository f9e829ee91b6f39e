using System.Net.Sockets;

namespace Xen.Conformance;

/// <summary>A privileged client on the daemon's Unix socket.</summary>
sealed class SocketClient : IClient
{
    readonly Socket _socket;
    readonly List<byte> _received = [];
    readonly byte[] _buffer = new byte[65536];

    public SocketClient(string path)
    {
        for (var attempt = 0; ; attempt++)
        {
            _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                _socket.Connect(new UnixDomainSocketEndPoint(path));
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && attempt < 5000)
            {
                // The socket's name is there a moment before the daemon listens.
                _socket.Dispose();
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
            {
                bytes = bytes[_socket.Send(bytes)..];
            }
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
            if (Wire.TakeMessage(_received) is { } message)
            {
                return message;
            }
            var left = deadline - DateTime.UtcNow;
            if (IsClosed || left <= TimeSpan.Zero || !_socket.Poll(left, SelectMode.SelectRead))
            {
                return null;
            }
            Fill();
        }
    }

    void Fill()
    {
        try
        {
            var count = _socket.Receive(_buffer);
            _received.AddRange(_buffer.AsSpan(0, count));
            IsClosed = count == 0;
        }
        catch (SocketException)
        {
            IsClosed = true;
        }
    }

    public void Dispose() => _socket.Dispose();
}
