using System.Net.Sockets;
using System.Text;
using Xen.Protocol.Wire;

namespace Xen.Demo;

/// <summary>Requests to a store, each with the wait for its reply.</summary>
static class Requests
{
    internal static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    internal static string Ask(Socket socket, MessageType type, uint transaction, string payload) =>
        Exchange(bytes => socket.Send(bytes), bytes => Receive(socket, bytes), type, transaction, payload).Text;

    static void Receive(Socket socket, Span<byte> into)
    {
        while (!into.IsEmpty)
            into = into[(socket.Receive(into) is > 0 and var got ? got : throw new IOException("the store closed the connection"))..];
    }

    /// <summary>A request and its reply, over a socket or a ring.</summary>
    internal static (MessageType Type, string Text) Exchange(
        Action<byte[]> send, Action<byte[]> receive, MessageType type, uint transaction, string payload)
    {
        byte[] message = new byte[MessageHeader.Size + payload.Length];
        new MessageHeader(type, 0, transaction, (uint)payload.Length).Write(message);
        Encoding.ASCII.GetBytes(payload, message.AsSpan(MessageHeader.Size));
        send(message);
        receive(message = new byte[MessageHeader.Size]);
        var reply = MessageHeader.Read(message);
        receive(message = new byte[reply.Length]);
        return (reply.Type, Encoding.ASCII.GetString(message).TrimEnd('\0').Replace('\0', ' '));
    }
}
