using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Linux.Loop;

namespace Xen.Hosting;

/// <summary>
/// Tells a service's manager again and again that the loop runs, or the manager would take the daemon for hung (WatchdogSec= of systemd).
/// Where nobody asked for that, it tells nothing.
/// </summary>
public sealed class Heartbeat
{
    static readonly ServiceState Lives = new("WATCHDOG=1");

    readonly EventLoop loop;
    readonly ISystemdNotifier notifier;
    readonly LoopTimer next;
    readonly long every = Pause();

    Heartbeat(EventLoop loop, ISystemdNotifier notifier)
    {
        (this.loop, this.notifier) = (loop, notifier);
        next = new(loop, Beat);
        if (every > 0)
            next.At(loop.Now);
    }

    /// <summary>Begins with the loop's next iteration.</summary>
    /// <param name="loop">The loop whose life is told.</param>
    /// <param name="notifier">The way to the manager.</param>
    public static void Start(EventLoop loop, ISystemdNotifier notifier) => _ = new Heartbeat(loop, notifier);

    void Beat()
    {
        notifier.Notify(Lives);
        next.At(loop.Now + every);
    }

    // Half of the time in which the manager wants to hear from this process, in milliseconds; 0 if it does not (sd_watchdog_enabled(3)).
    static long Pause() =>
        long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long limit)
        && IsThisProcess(Environment.GetEnvironmentVariable("WATCHDOG_PID")) ? limit / 2000 : 0;

    static bool IsThisProcess(string? pid) => string.IsNullOrEmpty(pid) || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
}
