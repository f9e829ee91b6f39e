using XenStored.Streams.Contents;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tests.Streams;

/// <summary>States that a stream of version 2 can say, made from a seed.</summary>
sealed class RandomState(int seed)
{
    readonly Random random = new(seed);

    internal Kept Make()
    {
        var state = new StreamState { Listener = Maybe(3), EventChannels = Maybe(5) };
        state.DomainQuotas.AddRange(Quotas());
        state.GlobalQuotas.AddRange(Quotas());
        for (uint id = 1; id < random.Next(1, 8); id++)
            state.Connections.Add(Connection(id));
        for (ushort domid = 0; domid < random.Next(4); domid++)
            state.Domains.Add(new(domid, (uint)random.Next(1, int.MaxValue), [.. Quotas()]));
        var nodes = Enumerable.Range(0, random.Next(20)).Select(number => Node("/" + Word(number))).Prepend(Node("/"));
        return new(state, [.. nodes, Node("@introduceDomain"), Node("@releaseDomain")]);
    }

    StreamConnection Connection(uint id)
    {
        bool isRing = random.Next(2) == 0;
        byte[] output = Bytes(random.Next(3) * 100);
        var ring = new StreamRing((ushort)id, random.Next(2) == 0 ? (ushort)random.Next(100) : null, (uint)random.Next());
        var connection = new StreamConnection(id)
        {
            Ring = isRing ? ring with { UniqueId = random.Next(2) == 0 ? (ulong)random.NextInt64() : null } : null,
            Socket = isRing ? null : (int)id * 1000 + random.Next(1000), // each has its own
            Input = Bytes(random.Next(3) * 30),
            Output = output,
            UnfinishedOutput = random.Next(output.Length + 1),
        };
        for (int watch = random.Next(5); watch > 0; watch--)
            connection.Watches.Add(new(Text(random.Next(1, 12)), Text(random.Next(12)), random.Next(2) == 0 ? random.Next(0xffff) : null));
        return connection;
    }

    Kept.Node Node(string path)
    {
        var permissions = Enumerable.Range(0, random.Next(1, 5))
            .Select(_ => new Permission((ushort)random.Next(0x10000), (Access)random.Next(4), random.Next(2) == 0));
        return new(System.Text.Encoding.ASCII.GetBytes(path), Bytes(random.Next(2) * random.Next(40)), [.. permissions]);
    }

    IEnumerable<StreamQuota> Quotas() =>
        Enumerable.Range(0, random.Next(4)).Select(number => new StreamQuota("soft-" + Word(number), (uint)random.Next()));

    string Word(int number) => number + new string('x', random.Next(10));

    int? Maybe(int number) => random.Next(2) == 0 ? number : null;

    byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    // Of letters that are also types of records: who looks for layouts must not take the one for the other.
    byte[] Text(int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(1, 9))];
}
