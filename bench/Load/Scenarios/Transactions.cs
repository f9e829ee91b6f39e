namespace Load.Scenarios;

/// <summary>One client: START, four READs and four WRITEs of existing nodes, END.</summary>
static class Transactions
{
    public static void Run(Server server, Output output)
    {
        using var client = server.Connect();
        string[] reads = Enumerable.Range(0, 4).Select(i => $"/bench/device/{i}/read").ToArray();
        string[] writes = Enumerable.Range(0, 4).Select(i => $"/bench/device/{i}/write").ToArray();
        foreach (string? path in reads.Concat(writes))
            client.Write(path, Synchronous.TenBytes);
        byte[][] readPayloads = reads.Select(p => Wire.Payload(p)).ToArray();
        byte[][] writePayloads = writes.Select(p => Wire.PathAndValue(p, Synchronous.TenBytes)).ToArray();

        Repeat(new Samples(500), 500, 0.3);
        var latency = new Samples(10_000);
        double cpu = server.CpuMicroseconds();
        long start = Clock.Now;
        Repeat(latency, server.Scaled(10_000), 1.5);
        output.Tell("cpu", (server.CpuMicroseconds() - cpu) / latency.Count);
        output.Tell("p50", latency.Microseconds(0.5));
        output.Tell("rate", latency.Count / ((Clock.Now - start) / 1e9));

        void Repeat(Samples samples, int most, double seconds)
        {
            long until = Clock.After(seconds);
            long before = Clock.Now;
            for (int n = 0; n < most && before < until; n++)
            {
                uint tx = uint.Parse(client.Call(Wire.TransactionStart, 0, "\0"u8).Text, provider: null);
                for (int i = 0; i < 4; i++)
                {
                    client.Call(Wire.Read, tx, readPayloads[i]);
                    client.Call(Wire.Write, tx, writePayloads[i]);
                }
                client.Call(Wire.TransactionEnd, tx, "T\0"u8);
                long after = Clock.Now;
                samples.Add(after - before);
                before = after;
            }
        }
    }
}
