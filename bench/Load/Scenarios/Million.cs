namespace Load.Scenarios;

/// <summary>
/// 1,000,000 nodes of ten bytes, 100 in each directory, created by one client with 128 requests outstanding,
/// while another client reads a node every 200 µs.
/// </summary>
static class Million
{
    const long Pause = 200_000, Allowed = 30;
    static readonly byte[] Request = Synchronous.ReadRequest(Synchronous.Node);

    public static void Run(Server server, Output output)
    {
        var forest = new Forest("/bench/million", 100, 100, 100);
        using var creator = server.Connect();
        using var reader = server.Connect();
        reader.Write(Synchronous.Node, Synchronous.TenBytes);
        var latency = new Samples(200_000);
        var pipeline = new Pipeline(creator, 128, server.Scaled(forest.Count), forest.PutWrite);
        Native.PollFd[] fds =
        [
            new() { Fd = reader.Fd, Events = Native.POLLIN },
            new() { Fd = creator.Fd, Events = Native.POLLIN },
        ];

        long memory = server.ResidentBytes();
        double cpu = server.CpuMicroseconds();
        long start = Clock.Now;
        CreateBesideReads(pipeline, reader, fds, start, latency);
        double seconds = (Clock.Now - start) / 1e9;
        bool cut = !pipeline.Complete;
        output.Tell("rate", pipeline.Done / seconds, cut);
        output.Tell("cpu", (server.CpuMicroseconds() - cpu) / pipeline.Done, cut);
        output.Tell("bytes", (double)(server.ResidentBytes() - memory) / pipeline.Done, cut);
        output.Tell("p999", latency.Microseconds(0.999) / 1e3, cut);
        output.Tell("worst", latency.Worst / 1e3, cut);
    }

    // Until all nodes are there, or the time is up.
    static void CreateBesideReads(Pipeline pipeline, Client reader, Native.PollFd[] fds, long start, Samples latency)
    {
        long now = start, sent = 0, next = start;
        while (!pipeline.Complete && now - start < Allowed * 1_000_000_000)
        {
            pipeline.Send();
            if (sent == 0 && now >= next)
            {
                sent = Clock.Now;
                reader.SendRaw(Request);
            }
            Native.Poll(fds, sent == 0 ? Math.Max(0, next - now) : 1_000_000_000);
            now = Clock.Now;
            if (fds[0].Returned != 0)
            {
                if (reader.Next().IsError)
                    throw new InvalidOperationException("READ failed");
                latency.Add(now - sent);
                next = Math.Max(now, sent + Pause);
                sent = 0;
            }
            if (fds[1].Returned != 0)
                pipeline.Receive();
        }
    }
}
