using Xen.Hosting;

namespace XenWatchdog.Checks;

/// <summary>The console daemon lives; ours is asked over its own socket, of another it is known that it runs.</summary>
sealed class ConsoleCheck : ICheck
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1); // long after the look itself counts as a failure

    public string? Look()
    {
        if (!ConsoleDaemonCheck.Runs)
            return "no xenconsoled runs: guests stop once 2 KiB of their output wait, and no guest can be created";
        return ConsoleDaemonCheck.FaultAsync(Limit).GetAwaiter().GetResult() is { } fault ? $"it does not report its status: {fault}" : null;
    }
}
