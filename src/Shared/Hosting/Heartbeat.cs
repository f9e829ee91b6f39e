using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Linux.Loop;

namespace Xen.Hosting;

/// <summary>
/// Reports to the service's manager again and again that the loop runs. Without the reports the manager would think that the daemon hangs
/// (WatchdogSec= of systemd). If the manager does not ask for reports, there are none.
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

    /// <summary>Starts the reports with the loop's next iteration.</summary>
    /// <param name="loop">The loop that is reported to run.</param>
    /// <param name="notifier">The way to the manager.</param>
    public static void Start(EventLoop loop, ISystemdNotifier notifier) => _ = new Heartbeat(loop, notifier);

    void Beat()
    {
        notifier.Notify(Lives);
        next.At(loop.Now + every);
    }

    // Half of the time within which the manager expects a report, in milliseconds; 0 if it expects none (sd_watchdog_enabled(3)).
    static long Pause() =>
        long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long limit)
        && IsThisProcess(Environment.GetEnvironmentVariable("WATCHDOG_PID")) ? limit / 2000 : 0;

    static bool IsThisProcess(string? pid) =>
        string.IsNullOrEmpty(pid) || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
}
