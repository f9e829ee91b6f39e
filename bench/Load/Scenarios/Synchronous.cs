namespace Load.Scenarios;

/// <summary>One client which waits for each reply: read, write and idle.</summary>
static class Synchronous
{
    public const string Node = "/bench/one/two/three/node";
    public const string TenBytes = "0123456789";

    public static byte[] ReadRequest(string path) => Wire.Request(Wire.Read, path);

    public static void Read(Server server, Output output) => Simple(server, output, ReadRequest(Node));

    public static void Write(Server server, Output output) => Simple(server, output, Wire.WriteRequest(Node, TenBytes));

    /// <summary>READ beside 1,000 connections which do nothing, against READ without them.</summary>
    public static void Idle(Server server, Output output)
    {
        const int Connections = 1000;
        using var client = server.Connect();
        client.Write(Node, TenBytes);
        var alone = Measure(server, client, ReadRequest(Node), 20_000, 1.0);
        int[] idle = Enumerable.Range(0, server.Scaled(Connections)).Select(_ => Client.Connect(server.Socket)).ToArray();
        var beside = Measure(server, client, ReadRequest(Node), 20_000, 1.5);
        foreach (int fd in idle)
            _ = Native.Close(fd);
        output.Tell("alone", alone.Latency.Microseconds(0.5));
        output.Tell("p50", beside.Latency.Microseconds(0.5));
        output.Tell("cpu", beside.CpuPerRequest);
        output.Tell("ratio", beside.Latency.Microseconds(0.5) / alone.Latency.Microseconds(0.5));
    }

    static void Simple(Server server, Output output, byte[] request)
    {
        using var client = server.Connect();
        client.Write(Node, TenBytes);
        Measure(server, client, request, 40_000, 1.5).Tell(output);
    }

    /// <summary>Repeats a request, with a short run before to warm up.</summary>
    public static Measurement Measure(Server server, IStore store, byte[] request, int most, double seconds)
    {
        Repeat(store, request, new Samples(2_000), Clock.After(seconds / 4), server.Scaled(2_000));
        var latency = new Samples(most);
        double before = server.CpuMicroseconds();
        Repeat(store, request, latency, Clock.After(seconds), server.Scaled(most));
        return new(latency, (server.CpuMicroseconds() - before) / latency.Count);
    }

    static void Repeat(IStore store, byte[] request, Samples latency, long until, int most)
    {
        long before = Clock.Now;
        for (int i = 0; i < most && before < until; i++)
        {
            store.SendRaw(request);
            if (store.Next().IsError)
                throw new InvalidOperationException("the request failed");
            long after = Clock.Now;
            latency.Add(after - before);
            before = after;
        }
    }

    public sealed record Measurement(Samples Latency, double CpuPerRequest)
    {
        public void Tell(Output output)
        {
            output.Tell("cpu", CpuPerRequest);
            output.Tell("p50", Latency.Microseconds(0.5));
            output.Tell("p99", Latency.Microseconds(0.99));
        }
    }
}
