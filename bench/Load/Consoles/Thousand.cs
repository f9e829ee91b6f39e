namespace Load.Consoles;

/// <summary>
/// 1,000 consoles: how long they take to be there, what they cost when idle and when each writes a line a second, and an echo beside that.
/// </summary>
static class Thousand
{
    public static void Run(Stage stage, Output output)
    {
        const int Consoles = 1000, Keys = 250;
        using var toolstack = new Toolstack(stage);
        using var first = toolstack.Start(1); // after it the daemon is known to be up
        var daemon = stage.Daemon;
        long before = daemon.ResidentBytes();
        var guests = toolstack.Prepare(2, Math.Max(1, daemon.Scaled(Consoles) - 1));

        double cpu = daemon.CpuMicroseconds();
        long began = Clock.Now;
        toolstack.Introduce(guests);
        output.Tell("time", (Clock.Now - began) / 1e9);
        WaitForQuiet(daemon);
        output.Tell("made", (daemon.CpuMicroseconds() - cpu) / 1e3);

        output.Tell("memory", daemon.ResidentBytes() / 1e6);
        output.Tell("each", (daemon.ResidentBytes() - before) / 1e3 / guests.Length);
        output.Tell("idle", CpuOf(stage, new Silence()));
        output.Tell("busy", CpuOf(stage, new Chatter(guests, 1)));
        var echo = Echo.Measure(stage, first, new Chatter(guests, 1), Keys);
        output.Tell("p50", echo.Microseconds(0.5));
        output.Tell("p99", echo.Microseconds(0.99));
    }

    // The C daemon looks at all domains again for each guest of which it was told, long after the last tty.
    static void WaitForQuiet(Server daemon)
    {
        const int Patience = 60, Quiet = 500, Little = 5_000;
        long until = Clock.After(Patience);
        double before;
        do
        {
            before = daemon.CpuMicroseconds();
            Thread.Sleep(Quiet);
        }
        while (daemon.CpuMicroseconds() - before > Little && Clock.Now < until);
    }

    // In milliseconds, over five seconds.
    static double CpuOf(Stage stage, INeighbours neighbours)
    {
        double cpu = stage.Daemon.CpuMicroseconds();
        Waiting.For(-1, neighbours, Clock.After(stage.Seconds(5)));
        return (stage.Daemon.CpuMicroseconds() - cpu) / 1e3;
    }
}
