using Xen.Linux;
using XenWatchdog.Timer;

namespace XenWatchdog.Host;

/// <summary>The timer while the host sleeps: it would run out in its sleep, so it is given back before and taken again after.</summary>
/// <param name="timeout">Of the timer, in seconds.</param>
sealed class SleepGuard(WatchdogTimer timer, Kicker kicker, uint timeout, FaultLog faults, ILogger logger)
{
    volatile bool isOver;

    /// <summary>Before the host sleeps, which waits for it.</summary>
    internal void GiveBack() => faults.Guard("the timer was not given back before the host sleeps", () =>
    {
        kicker.Pause();
        if (timer.GiveBack() is < 0 and var errno)
            throw new PosixException("stop the watchdog timer", -errno);
        WatchdogLog.Sleeps(logger, timer.Number);
    });

    /// <summary>When the host is awake again.</summary>
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

    /// <summary>The daemon ends: from now on nothing takes the timer again.</summary>
    internal void End() => isOver = true;
}
