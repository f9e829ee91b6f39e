namespace Load.Scenarios;

/// <summary>RM of a directory with 100,000 nodes below it, while another client reads another node.</summary>
static class Remove
{
    static readonly byte[] Request = Synchronous.ReadRequest(Synchronous.Node);

    public static void Run(Server server, Output output)
    {
        var forest = new Forest("/bench/remove", 100, 1000);
        int wanted = server.Scaled(forest.Count);
        using var remover = server.Connect();
        using var reader = server.Connect();
        reader.Write(Synchronous.Node, Synchronous.TenBytes);
        int nodes = forest.Plant(remover, wanted, 30);
        bool cut = nodes < wanted;
        Native.PollFd[] fds =
        [
            new() { Fd = reader.Fd, Events = Native.POLLIN },
            new() { Fd = remover.Fd, Events = Native.POLLIN },
        ];

        output.Tell("quiet", Watch(reader, remover, fds, out _, Clock.After(0.5)) / 1e6);
        remover.Send(Wire.Rm, 0, "/bench/remove\0"u8);
        long start = Clock.Now;
        long worst = Watch(reader, remover, fds, out long removed, long.MaxValue);
        output.Tell("time", (removed - start) / 1e6, cut);
        output.Tell("stall", worst / 1e6, cut);
    }

    // Reads until a time, or until half a second after the reply to RM: a server may go on with its work then.
    static long Watch(Client reader, Client remover, Native.PollFd[] fds, out long replied, long until)
    {
        long longest = 0L;
        replied = 0;
        long sent = Clock.Now;
        reader.SendRaw(Request);
        while (true)
        {
            Native.Poll(fds, 1_000_000_000);
            long now = Clock.Now;
            if (fds[0].Returned != 0)
            {
                if (reader.Next().IsError)
                    throw new InvalidOperationException("READ failed");
                longest = Math.Max(longest, now - sent);
                if (now >= until)
                    return longest;
                sent = Clock.Now;
                reader.SendRaw(Request);
            }
            if (fds[1].Returned != 0)
            {
                if (remover.Next().IsError)
                    throw new InvalidOperationException("RM failed");
                replied = now;
                until = now + 500_000_000;
            }
        }
    }
}
