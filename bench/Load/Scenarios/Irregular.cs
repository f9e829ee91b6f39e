namespace Load.Scenarios;

/// <summary>
/// 10 clients that ask 1,000 times a second together, at irregular times: each request comes after a pause as long as chance has it, 1 ms
/// on average, from any of them. And the silence after it.
/// </summary>
static class Irregular
{
    public const int Clients = 10;
    const int Requests = 4_000, Seed = 15;
    const double MeanPause = 1e6, Silence = 3; // in nanoseconds, in seconds
    static readonly byte[] Request = Synchronous.ReadRequest(Synchronous.Node);

    public static void Run(Server server, Output output)
    {
        Client[] clients = [.. Enumerable.Range(0, Clients).Select(_ => server.Connect())];
        clients[0].Write(Synchronous.Node, Synchronous.TenBytes);
        Ask(clients, server.Scaled(Requests / 8));
        double cpu = server.CpuMicroseconds();
        var latency = Ask(clients, server.Scaled(Requests));
        output.Tell("cpu", (server.CpuMicroseconds() - cpu) / latency.Count);
        output.Tell("p50", latency.Microseconds(0.5));

        double seconds = Silence * server.Scale;
        Thread.Sleep(100); // what the last request left to do
        long wakeups = server.Wakeups();
        cpu = server.CpuMicroseconds();
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        output.Tell("wakeups", (server.Wakeups() - wakeups) / seconds);
        output.Tell("quiet", (server.CpuMicroseconds() - cpu) / seconds);
        foreach (var client in clients)
            client.Dispose();
    }

    /// <summary>Asks so many times.</summary>
    /// <param name="countsLateness">
    /// A latency begins when the request is due, and not when it is sent: a server that stands still delays those that come meanwhile, too.
    /// </param>
    public static Samples Ask(Client[] clients, int count, bool countsLateness = false)
    {
        var chance = new Random(Seed);
        var latency = new Samples(count);
        for (long due = Clock.Now; latency.Count < count;)
        {
            due += (long)(-Math.Log(1 - chance.NextDouble()) * MeanPause);
            for (long left; (left = due - Clock.Now) > 0;)
                Native.Poll([], left);
            var client = clients[chance.Next(clients.Length)];
            long sent = countsLateness ? due : Clock.Now;
            client.SendRaw(Request);
            if (client.Next().IsError)
                throw new InvalidOperationException("READ failed");
            latency.Add(Clock.Now - sent);
        }
        return latency;
    }
}
