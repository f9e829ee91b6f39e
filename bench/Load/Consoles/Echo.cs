namespace Load.Consoles;

/// <summary>How long a key press takes: from a viewer through the guest, which echoes it, back to the viewer.</summary>
static class Echo
{
    const int Keys = 500, Neighbours = 100;

    public static void Alone(Stage stage, Output output)
    {
        using var toolstack = new Toolstack(stage);
        using var guest = toolstack.Start(1);
        Tell(output, Measure(stage, guest, new Silence(), Keys));
    }

    /// <summary>Beside 100 guests which write a line every 10 ms, whom nobody looks at.</summary>
    public static void BesideChatter(Stage stage, Output output)
    {
        using var toolstack = new Toolstack(stage);
        using var guest = toolstack.Start(1);
        var others = toolstack.Start(2, Neighbours);
        double cpu = stage.Daemon.CpuMicroseconds();
        long began = Clock.Now;
        Tell(output, Measure(stage, guest, new Chatter(others, 0.01), Keys));
        output.Tell("cpu", (stage.Daemon.CpuMicroseconds() - cpu) / 1e3 / ((Clock.Now - began) / 1e9));
    }

    /// <summary>Beside one which writes without pause, whom nobody looks at.</summary>
    public static void BesideFlooder(Stage stage, Output output)
    {
        using var toolstack = new Toolstack(stage);
        using var guest = toolstack.Start(1);
        using var other = toolstack.Start(2);
        double alone = Measure(stage, guest, new Silence(), Keys / 4).Microseconds(0.5);
        var beside = Measure(stage, guest, new Flooder(other), Keys);
        output.Tell("alone", alone);
        Tell(output, beside);
        output.Tell("ratio", beside.Microseconds(0.5) / alone);
    }

    static void Tell(Output output, Samples latency)
    {
        output.Tell("p50", latency.Microseconds(0.5));
        output.Tell("p99", latency.Microseconds(0.99));
    }

    /// <summary>So many key presses at a guest's console.</summary>
    public static Samples Measure(Stage stage, ConsoleGuest guest, INeighbours neighbours, int count)
    {
        const double WarmUp = 0.5, Pace = 0.02;
        using var viewer = new Viewer(guest.Tty);
        Waiting.For(-1, neighbours, Clock.After(WarmUp));
        var latency = new Samples(count);
        for (int i = stage.Daemon.Scaled(count); i > 0; i--)
        {
            long next = Clock.After(Pace);
            latency.Add(Press(guest, viewer, neighbours, (byte)('a' + i % 26)));
            Waiting.For(-1, neighbours, next);
        }
        return latency;
    }

    static long Press(ConsoleGuest guest, Viewer viewer, INeighbours neighbours, byte key)
    {
        const int Patience = 5;
        Span<byte> read = stackalloc byte[16];
        long began = Clock.Now;
        viewer.Write(key);
        int n;
        while ((n = guest.Take(read)) == 0)
        {
            if (!Waiting.For(guest.Events, neighbours, began + Patience * 1_000_000_000L))
                throw new TimeoutException("a key did not reach the guest");
            guest.TakeEvents();
        }
        _ = guest.Put(read[..n]);
        if (!Waiting.For(viewer.Fd, neighbours, began + Patience * 1_000_000_000L))
            throw new TimeoutException("a key did not come back");
        long ended = Clock.Now;
        return viewer.Read().SequenceEqual([key]) ? ended - began : throw new InvalidOperationException("another key came back");
    }
}
