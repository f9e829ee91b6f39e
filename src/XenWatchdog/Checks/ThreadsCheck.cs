using System.Globalization;
using XenWatchdog.Host;
using XenWatchdog.Timer;

namespace XenWatchdog.Checks;

/// <summary>
/// The timer's own thread woke when it should, and the one that evaluates results has not stopped. If it has, nobody but this check's
/// thread can say so.
/// </summary>
/// <param name="timeout">Of the timer, in seconds: a third of it is late.</param>
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
