using System.Globalization;
using XenWatchdog.Host;
using XenWatchdog.Timer;

namespace XenWatchdog.Checks.OfLinux;

/// <summary>
/// The timer's own thread wakes in time, and the thread that evaluates results still runs. If that thread has stopped, only this check's
/// own thread can report it.
/// </summary>
/// <param name="timeout">The timer's timeout in seconds. A third of it is late.</param>
sealed class ThreadsCheck(Kicker kicker, uint timeout, ResetAnnouncer announcer) : ICheck
{
    bool isAnnounced;

    public string? Look()
    {
        if (kicker.IsUnevaluated && !isAnnounced)
        {
            isAnnounced = true;
            announcer.Announce("threads: the thread that evaluates results has stopped", DateTime.UtcNow);
        }
        long late = kicker.TakeLateness();
        return late > timeout * 1000L / 3 ? string.Create(CultureInfo.InvariantCulture, $"the timer's thread woke {late} ms late") : null;
    }
}
