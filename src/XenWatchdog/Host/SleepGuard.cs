using Xen.Linux;
using XenWatchdog.Timer;

namespace XenWatchdog.Host;

/// <summary>The timer during the host's sleep: it would run out, so it is given back before and taken again after.</summary>
/// <param name="timeout">The timer's timeout in seconds.</param>
sealed class SleepGuard(WatchdogTimer timer, Kicker kicker, uint timeout, FaultLog faults, ILogger logger)
{
    volatile bool isOver;

    /// <summary>Called before the host sleeps. The host waits for it.</summary>
    internal void GiveBack() => faults.Guard("the timer was not given back before the host sleeps", () =>
    {
        kicker.Pause();
        if (timer.GiveBack() is < 0 and var errno)
            throw new PosixException("stop the watchdog timer", -errno);
        WatchdogLog.Sleeps(logger, timer.Number);
    });

    /// <summary>Called when the host is awake again.</summary>
    internal void TakeAgain() => faults.Guard("the timer was not taken again after the host's sleep", () =>
    {
        if (isOver)
            return;
        try
        {
            timer.Take(timeout);
            WatchdogLog.Wakes(logger, timer.Number);
        }
        finally
        {
            kicker.Resume();
        }
    });

    /// <summary>The daemon ends: from now on the timer is not taken again.</summary>
    internal void End() => isOver = true;
}
