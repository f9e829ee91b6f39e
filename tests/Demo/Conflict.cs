using Xen.Protocol.Wire;

namespace Xen.Demo;

/// <summary>Two clients of a node: one reads it in a transaction, and the other writes it before that one commits.</summary>
static class Conflict
{
    internal static int Show(string path, string node)
    {
        using var mine = Requests.Connect(path);
        using var other = Requests.Connect(path);
        uint id = uint.Parse(Requests.Ask(mine, MessageType.TransactionStart, 0, "\0"));
        Console.WriteLine($"  client 1: start a transaction         ->  {id}");
        Console.WriteLine($"  client 1: read {node} in it     ->  {Requests.Ask(mine, MessageType.Read, id, node + "\0")}");
        Console.WriteLine($"  client 2: write {node} 2        ->  {Requests.Ask(other, MessageType.Write, 0, node + "\02")}");
        string again = Requests.Ask(mine, MessageType.Read, id, node + "\0");
        Console.WriteLine($"  client 1: read it again in it         ->  {again}   (its snapshot)");
        Console.WriteLine($"  client 1: write {node} 3 in it  ->  {Requests.Ask(mine, MessageType.Write, id, node + "\03")}");
        string end = Requests.Ask(mine, MessageType.TransactionEnd, id, "T\0");
        Console.WriteLine($"  client 1: commit                      ->  {end}   (what it read has changed: try again)");
        return end == "EAGAIN" ? 0 : 1;
    }
}
