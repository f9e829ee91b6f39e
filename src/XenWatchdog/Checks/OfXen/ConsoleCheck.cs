using Xen.Hosting;

namespace XenWatchdog.Checks.OfXen;

/// <summary>The console daemon works. Our daemon is asked over its own socket; another daemon only has to run.</summary>
sealed class ConsoleCheck : ICheck
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1); // the check itself fails much earlier

    public string? Look()
    {
        if (!ConsoleDaemonCheck.Runs)
            return "no xenconsoled runs: guests stop once 2 KiB of their output wait, and no guest can be created";
        return ConsoleDaemonCheck.FaultAsync(Limit).GetAwaiter().GetResult() is { } fault
            ? $"it does not report its status: {fault}"
            : null;
    }
}
