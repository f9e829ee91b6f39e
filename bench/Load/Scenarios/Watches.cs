namespace Load.Scenarios;

/// <summary>One WRITE to a node with 1,000 watches: a client has them all, another writes.</summary>
static class Watches
{
    const int Count = 1000;
    const string Node = "/bench/watched/node";
    static readonly byte[] Request = Wire.WriteRequest(Node, Synchronous.TenBytes);

    public static void Run(Server server, Output output)
    {
        using var writer = server.Connect();
        using var watcher = server.Connect();
        writer.Write(Node, Synchronous.TenBytes);
        for (int i = 0; i < Count; i++)
            watcher.Call(Wire.Watch, 0, Wire.Payload(Node, $"t{i}"));
        Native.PollFd[] fds =
        [
            new() { Fd = watcher.Fd, Events = Native.POLLIN },
            new() { Fd = writer.Fd, Events = Native.POLLIN },
        ];
        Round(writer, watcher, fds, 1); // and what is left of the watches' own first events
        int events = 0;
        double cpu = server.CpuMicroseconds();
        long start = Clock.Now;
        long until = start + (long)(1.5e9 * server.Scale);
        while (Clock.Now < until)
            events += Round(writer, watcher, fds, Count);
        output.Tell("rate", events / ((Clock.Now - start) / 1e9));
        output.Tell("cpu", (server.CpuMicroseconds() - cpu) / events);
    }

    static int Round(Client writer, Client watcher, Native.PollFd[] fds, int wanted)
    {
        writer.SendRaw(Request);
        int seen = 0;
        for (bool written = false; seen < wanted || !written;)
        {
            if (Native.Poll(fds, 5_000_000_000) == 0)
                throw new TimeoutException($"{seen} of {Count} events");
            if (fds[0].Returned != 0)
            {
                watcher.Fill();
                for (; watcher.TryNext(out _); seen++)
                {
                }
            }
            if (fds[1].Returned != 0)
                written = !writer.Next().IsError;
        }
        return seen;
    }
}
