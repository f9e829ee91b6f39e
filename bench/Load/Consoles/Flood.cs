namespace Load.Consoles;

/// <summary>One guest writes without pause, and a viewer reads all of it; with --log=guest the log is looked at too.</summary>
static class Flood
{
    public static void Run(Stage stage, Output output) => Run(stage, output, logged: false);

    public static void Logged(Stage stage, Output output) => Run(stage, output, logged: true);

    static void Run(Stage stage, Output output, bool logged)
    {
        using var toolstack = new Toolstack(stage);
        using var guest = toolstack.Start(1);
        using var viewer = new Viewer(guest.Tty);
        var lines = new NumberedLines();
        double seconds = stage.Seconds(3);
        double cpu = stage.Daemon.CpuMicroseconds();
        var (written, viewed) = Play(guest, viewer, lines, Clock.After(seconds));
        cpu = stage.Daemon.CpuMicroseconds() - cpu;
        output.Tell("rate", viewed / 1e6 / seconds);
        output.Tell("cpu", cpu / 1e3 / (viewed / 1e6));
        viewed += Rest(guest, viewer);
        output.Tell("viewed", 100.0 * viewed / written);
        if (logged)
            output.Tell("lost", Lost(stage.LogOf(guest), lines, written));
    }

    static (long Written, long Viewed) Play(ConsoleGuest guest, Viewer viewer, NumberedLines lines, long until)
    {
        long written = 0, viewed = 0;
        while (Clock.Now < until)
        {
            long before = written;
            int n;
            while (written - before < 2048 && (n = guest.Put(lines.At(written, 256))) > 0)
                written += n;
            int read = viewer.Read().Length;
            viewed += read;
            if (written > before || read > 0)
                continue;
            // Its ring is full and the pty empty: Linux's hvc_xen yields and looks again.
            guest.TakeEvents();
            Thread.Yield();
        }
        return (written, viewed);
    }

    // What is still under way comes within half a second of what came before.
    static long Rest(ConsoleGuest guest, Viewer viewer)
    {
        long viewed = 0;
        guest.Settle(1);
        while (Waiting.For(viewer.Fd, new Silence(), Clock.After(0.5)))
            viewed += viewer.Read().Length;
        return viewed;
    }

    static double Lost(string log, NumberedLines lines, long written)
    {
        for (long until = Clock.After(10); Clock.Now < until && new FileInfo(log) is { Exists: true } file && file.Length < written;)
            Thread.Sleep(10);
        if (!File.Exists(log))
            throw new IOException($"{log} is not there");
        long extra = Math.Max(0, new FileInfo(log).Length - written);
        return Math.Ceiling((written - lines.MatchIn(log) + extra) / (double)NumberedLines.LineLength);
    }
}
