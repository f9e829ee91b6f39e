using System.Net.Sockets;
using System.Text;
using Xen.Protocol.Wire;
using Xen.Support;

// What Debian's xenstore-* clients have no words for: a guest on its ring, and a transaction that stays open while others write.
return args switch
{
    ["guest", var folder, var domid, .. var requests] => PlayGuest(folder, ushort.Parse(domid), requests),
    ["introduce", var socket, var domid] => Say(Ask(Connect(socket), MessageType.Introduce, 0, $"{domid}\01\05\0")),
    ["conflict", var socket, var path] => Conflict(socket, path),
    _ => 2,
};

static int PlayGuest(string folder, ushort domid, string[] requests)
{
    using var guest = new StoreGuest(folder, domid, port: 5);
    foreach (string request in requests)
    {
        var words = request.Split(' ', 3);
        var type = Enum.Parse<MessageType>(words[0], ignoreCase: true);
        string payload = type == MessageType.Write ? $"{words[1]}\0{words[2]}" : $"{words[1]}\0";
        var (answer, text) = Exchange(bytes => guest.Send(bytes), bytes => guest.Receive(bytes), type, 0, payload);
        Console.WriteLine($"  guest {domid}: {request}  ->  {text}{(answer == MessageType.Error ? " (refused)" : "")}");
    }
    return 0;
}

static int Conflict(string path, string node)
{
    using var mine = Connect(path);
    using var other = Connect(path);
    uint id = uint.Parse(Ask(mine, MessageType.TransactionStart, 0, "\0"));
    Console.WriteLine($"  client 1: start a transaction         ->  {id}");
    Console.WriteLine($"  client 1: read {node} in it     ->  {Ask(mine, MessageType.Read, id, node + "\0")}");
    Console.WriteLine($"  client 2: write {node} 2        ->  {Ask(other, MessageType.Write, 0, node + "\02")}");
    Console.WriteLine($"  client 1: read it again in it         ->  {Ask(mine, MessageType.Read, id, node + "\0")}   (its snapshot)");
    Console.WriteLine($"  client 1: write {node} 3 in it  ->  {Ask(mine, MessageType.Write, id, node + "\03")}");
    string end = Ask(mine, MessageType.TransactionEnd, id, "T\0");
    Console.WriteLine($"  client 1: commit                      ->  {end}   (what it read has changed: try again)");
    return end == "EAGAIN" ? 0 : 1;
}

static int Say(string reply)
{
    Console.WriteLine("  " + reply);
    return reply == "OK" ? 0 : 1;
}

static Socket Connect(string path)
{
    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    socket.Connect(new UnixDomainSocketEndPoint(path));
    return socket;
}

static string Ask(Socket socket, MessageType type, uint transaction, string payload) =>
    Exchange(bytes => socket.Send(bytes), bytes => Receive(socket, bytes), type, transaction, payload).Text;

static void Receive(Socket socket, Span<byte> into)
{
    while (!into.IsEmpty)
        into = into[(socket.Receive(into) is > 0 and var got ? got : throw new IOException("the store closed the connection"))..];
}

// A request and its reply, over a socket or a ring.
static (MessageType Type, string Text) Exchange(Action<byte[]> send, Action<byte[]> receive, MessageType type, uint transaction, string payload)
{
    var message = new byte[MessageHeader.Size + payload.Length];
    new MessageHeader(type, 0, transaction, (uint)payload.Length).Write(message);
    Encoding.ASCII.GetBytes(payload, message.AsSpan(MessageHeader.Size));
    send(message);
    receive(message = new byte[MessageHeader.Size]);
    var reply = MessageHeader.Read(message);
    receive(message = new byte[reply.Length]);
    return (reply.Type, Encoding.ASCII.GetString(message).TrimEnd('\0').Replace('\0', ' '));
}
