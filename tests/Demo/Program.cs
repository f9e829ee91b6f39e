using Xen.Demo;
using Xen.Protocol.Wire;
using Xen.Support;

// What Debian's xenstore-* clients have no words for: a guest on its ring, and a transaction that stays open while others write.
return args switch
{
    ["guest", var folder, var domid, .. var requests] => PlayGuest(folder, ushort.Parse(domid), requests),
    ["introduce", var socket, var domid] => Say(Requests.Ask(Requests.Connect(socket), MessageType.Introduce, 0, $"{domid}\01\05\0")),
    ["conflict", var socket, var path] => Conflict.Show(socket, path),
    _ => 2,
};

static int PlayGuest(string folder, ushort domid, string[] requests)
{
    using var guest = new StoreGuest(folder, domid, port: 5);
    foreach (string request in requests)
    {
        string[] words = request.Split(' ', 3);
        var type = Enum.Parse<MessageType>(words[0], ignoreCase: true);
        string payload = type == MessageType.Write ? $"{words[1]}\0{words[2]}" : $"{words[1]}\0";
        var (answer, text) = Requests.Exchange(bytes => guest.Send(bytes), bytes => guest.Receive(bytes), type, 0, payload);
        Console.WriteLine($"  guest {domid}: {request}  ->  {text}{(answer == MessageType.Error ? " (refused)" : "")}");
    }
    return 0;
}

static int Say(string reply)
{
    Console.WriteLine("  " + reply);
    return reply == "OK" ? 0 : 1;
}
