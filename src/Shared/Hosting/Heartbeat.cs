using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;

namespace Xen.Hosting;

/// <summary>Tells a service's manager that the loop turns, twice in each time after which it would take the daemon for hung (WatchdogSec= of systemd). Where nobody wants that, it is silent.</summary>
/// <param name="notifier">The way to the manager.</param>
public sealed class Heartbeat(ISystemdNotifier notifier)
{
    static readonly ServiceState Lives = new("WATCHDOG=1");

    readonly long every = Wanted();
    long next;

    /// <summary>Tells it, if it is time; answers the milliseconds until it is again, -1 for never.</summary>
    /// <param name="now">The loop's clock, in milliseconds.</param>
    public int Beat(long now)
    {
        if (every == 0)
            return -1;
        if (now >= next)
        {
            notifier.Notify(Lives);
            next = now + every;
        }
        return (int)(next - now);
    }

    static long Wanted() =>
        long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long limit)
        && (Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { Length: > 0 } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? limit / 2000 : 0;
}
