namespace Load.Consoles;

/// <summary>
/// Guests that are created one after another, as `xl create` does: what each costs the daemon. Fewer than a thousand at once, so that it
/// counts what a guest costs, and not how that grows.
/// </summary>
static class OneByOne
{
    const int Guests = 30, PauseMs = 50;

    public static void Run(Stage stage, Output output)
    {
        using var toolstack = new Toolstack(stage);
        using var first = toolstack.Start(1); // after it the daemon is known to be up
        double cpu = stage.Daemon.CpuMicroseconds();
        for (int domid = 2; domid < 2 + Guests; domid++)
        {
            toolstack.Start(domid);
            Thread.Sleep(PauseMs);
        }
        output.Tell("each", (stage.Daemon.CpuMicroseconds() - cpu) / 1e3 / Guests);
    }
}
