using System.Globalization;

namespace Load.Scenarios;

/// <summary>
/// What a store costs as it grows: with many domains that have 50 nodes and 6 watches each, and with many nodes. In both the CPU of a
/// request, the memory, the longest wait of a client in a live update, and the worst wait of a client beside another that has a domain's
/// nodes made, listed and removed.
/// </summary>
static class Growth
{
    const int NodesOfDomain = 50, WatchesOfDomain = 6, Steps = 4_999; // a prime: all nodes are visited in another order than they were made
    const double ToPlant = 90, ToMeasure = 1.5; // seconds
    const int ToUpdate = 120; // seconds

    /// <summary>The scenarios: their names end with the size.</summary>
    public static readonly string[] Names =
    [
        .. new[] { 10, 100, 1_000, 4_000 }.Select(count => $"growth-domains-{count}"),
        .. new[] { 1_000, 10_000, 100_000, 1_000_000, 4_000_000 }.Select(count => $"growth-nodes-{count}"),
    ];

    /// <summary>Plays one of <see cref="Names"/>.</summary>
    public static void Run(string name, Server server, Output output)
    {
        int count = server.Scaled(int.Parse(name.AsSpan(name.LastIndexOf('-') + 1), CultureInfo.InvariantCulture));
        using var client = server.Connect();
        bool isOfDomains = name.Contains("domains", StringComparison.Ordinal);
        var nodes = isOfDomains ? OfDomains(server, client, count) : InForest(client, count);
        if (nodes is null)
        {
            output.Tell("cpu", double.NaN, cut: true); // figures of another size would mislead
            return;
        }
        if (isOfDomains)
            for (int domid = 1; domid <= count; domid++)
                SetWatches(server, client, domid);
        var (cpu, requests) = Measure(server, client, nodes);
        output.Tell("cpu", cpu / requests);
        output.Tell("memory", server.ResidentBytes() / 1e6);
        using var other = server.Connect();
        output.Tell("stall", WorstWait(client, other) / 1e6);
        try
        {
            if (LongestWaitInUpdate(server, client, other) is { } update)
                output.Tell("update", update / 1e6);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or TimeoutException)
        {
            // Ours closes connections if there are more than it can remember. The other figures count.
            Console.Error.WriteLine($"load: live update: {e.Message}");
            output.Tell("update", double.NaN);
        }
    }

    static Nodes? InForest(Client client, int count)
    {
        var forest = new Forest("/bench", Math.Max(count / 1000, 1), 10, 100);
        return forest.Plant(client, forest.Count, ToPlant) < forest.Count ? null : new(forest.Count, forest.PutWrite, forest.PutRead);
    }

    // Each has a home of its own, with nodes that belong to it.
    static Nodes? OfDomains(Server server, Client toolstack, int count)
    {
        var (writes, reads) = (new List<byte[]>(), new List<byte[]>());
        long until = Clock.After(ToPlant);
        for (int domid = 1; domid <= count; domid++)
        {
            string home = $"/local/domain/{domid}";
            toolstack.Call(Wire.MkDir, 0, Wire.Payload(home));
            toolstack.Call(Wire.SetPerms, 0, Wire.Payload(home, $"n{domid}"));
            for (int node = 0; node < NodesOfDomain; node++)
            {
                writes.Add(Wire.WriteRequest($"{home}/data/n{node:00}", Synchronous.TenBytes));
                reads.Add(Synchronous.ReadRequest($"{home}/data/n{node:00}"));
            }
            var pipeline = new Pipeline(toolstack, 64, NodesOfDomain, (to, index) => Put(writes[^(NodesOfDomain - index)], to));
            pipeline.Run(until);
            if (!pipeline.Complete)
                return null;
            Xen.Support.StoreGuest.Prepare(server.Shim, (ushort)domid);
            Guest.Introduce(toolstack, domid, Rings.Port);
        }
        return new(writes.Count, (to, index) => Put(writes[index], to), (to, index) => Put(reads[index], to));
    }

    static int Put(byte[] request, Span<byte> to)
    {
        request.CopyTo(to);
        return request.Length;
    }

    // Half of a domain's watches are its own, half those of a client in dom0. Its nodes are none that somebody watches.
    static void SetWatches(Server server, Client toolstack, int domid)
    {
        using var guest = new Guest(server.Shim, domid, Rings.Port);
        for (int number = 0; number < WatchesOfDomain; number++)
        {
            byte[] watch = Wire.Request(Wire.Watch, $"/local/domain/{domid}/control/w{number}", $"{domid}-{number}");
            IStore store = number % 2 == 0 ? guest : toolstack;
            store.SendRaw(watch);
            for (bool isSet = false, hasFired = false; !isSet || !hasFired;)
                if (store.Next() is { IsError: false } reply)
                    _ = reply.Type == Wire.WatchEvent ? hasFired = true : isSet = true;
                else
                    throw new InvalidOperationException("WATCH failed");
        }
    }

    // READs and WRITEs in turn, of nodes all over the store.
    static (double Cpu, int Requests) Measure(Server server, Client client, Nodes nodes)
    {
        byte[] request = new byte[256];
        int requests = 0;
        double before = 0;
        long until = 0;
        for (int index = 0; until == 0 || Clock.Now < until; index = (int)((index + (long)Steps) % nodes.Count))
        {
            if (requests == 1_000 && until == 0)
                (requests, before, until) = (0, server.CpuMicroseconds(), Clock.After(ToMeasure)); // it is warm
            int length = requests % 2 == 0 ? nodes.Write(request, index) : nodes.Read(request, index);
            client.SendRaw(request.AsSpan(0, length));
            client.Success(requests % 2 == 0 ? Wire.Write : Wire.Read);
            requests++;
        }
        return (server.CpuMicroseconds() - before, requests);
    }

    // Each request of the other client is followed by a READ of this one, which waits as long as the request takes.
    static double WorstWait(Client client, Client other)
    {
        const string Home = "/local/domain/31000";
        byte[] read = Synchronous.ReadRequest("/");
        double worst = 0;
        for (long until = Clock.After(ToMeasure); Clock.Now < until;)
        {
            for (int node = 0; node < NodesOfDomain; node++)
                Beside(Wire.Write, Wire.PathAndValue($"{Home}/data/n{node}", Synchronous.TenBytes));
            Beside(Wire.DirectoryPart, "/local/domain\00\0"u8.ToArray(), mayBeUnknown: true); // oxenstored has no such request
            Beside(Wire.Rm, Wire.Payload(Home));
        }
        return worst;

        void Beside(uint type, byte[] payload, bool mayBeUnknown = false)
        {
            other.Send(type, 0, payload);
            long start = Clock.Now;
            client.SendRaw(read);
            client.Success(Wire.Read);
            worst = Math.Max(worst, Clock.Now - start);
            if (other.Answer() is { IsError: true } error && !(mayBeUnknown && error.Text == "ENOSYS"))
                throw new InvalidOperationException($"request {type}: {error.Text}");
        }
    }

    // The longest wait of a client that reads without a pause, while the server goes on in another process of the same program. Null: it
    // does not do so.
    static double? LongestWaitInUpdate(Server server, Client client, Client other)
    {
        string program = File.ResolveLinkTarget($"/proc/{server.Pid}/exe", returnFinalTarget: false)!.FullName;
        if (program.EndsWith("/oxenstored", StringComparison.Ordinal)) // without a hypervisor its live update does not end
            return null;
        other.Call(Wire.Control, 0, Wire.Payload("live-update", "-f", program));
        byte[] read = Synchronous.ReadRequest("/");
        other.Send(Wire.Control, 0, Wire.Payload("live-update", "-s", "-t", ToUpdate.ToString(CultureInfo.InvariantCulture)));
        Native.PollFd[] fds = [new() { Fd = other.Fd, Events = Native.POLLIN }];
        double longest = 0;
        for (long before = Clock.Now; fds[0].Returned == 0; Native.Poll(fds, 0))
        {
            client.SendRaw(read);
            client.Success(Wire.Read);
            long after = Clock.Now;
            longest = Math.Max(longest, after - before);
            before = after;
        }
        string said = other.Success(Wire.Control).Text;
        return said == "OK" ? longest : throw new InvalidOperationException("live update: " + said);
    }

    sealed record Nodes(int Count, PutRequest Write, PutRequest Read);
}
