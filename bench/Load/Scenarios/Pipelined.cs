namespace Load.Scenarios;

/// <summary>One client with 64 requests outstanding.</summary>
static class Pipelined
{
    public static void Read(Server server, Output output) =>
        Run(server, output, Synchronous.ReadRequest(Synchronous.Node));

    public static void Write(Server server, Output output) =>
        Run(server, output, Wire.WriteRequest(Synchronous.Node, Synchronous.TenBytes));

    static void Run(Server server, Output output, byte[] request)
    {
        using var client = server.Connect();
        client.Write(Synchronous.Node, Synchronous.TenBytes);
        new Pipeline(client, 64, server.Scaled(10_000), Put).Run(Clock.After(0.5));
        var pipeline = new Pipeline(client, 64, server.Scaled(2_000_000), Put);
        double cpu = server.CpuMicroseconds();
        long start = Clock.Now;
        pipeline.Run(start + 1_500_000_000);
        output.Tell("rate", pipeline.Done / ((Clock.Now - start) / 1e9));
        output.Tell("cpu", (server.CpuMicroseconds() - cpu) / pipeline.Done);

        int Put(Span<byte> to, int index)
        {
            request.CopyTo(to);
            return request.Length;
        }
    }
}
