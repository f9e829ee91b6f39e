using Xen.Linux;
using XenWatchdog.Host;
using XenWatchdog.Timer;

namespace XenWatchdog.Daemon;

/// <summary>
/// What the evaluation does for the timer, because the timer's own thread must not wait for a log or a file: it logs faults of the kicks,
/// and keeps the timer's number.
/// </summary>
sealed class TimerCare(WatchdogTimer timer, Kicker kicker, FaultLog faults, ILogger logger)
{
    int loggedFault;

    /// <summary>Logs the fault of the kicks if it is another one than before.</summary>
    internal void LogFault()
    {
        int errno = kicker.Fault;
        if (errno == loggedFault)
            return;
        loggedFault = errno;
        if (errno != 0)
            WatchdogLog.CannotArm(logger, new PosixException("kick the watchdog timer", -errno).Message);
    }

    /// <summary>Tells the timer's thread that results were evaluated, and keeps the timer's number if it is not kept yet.</summary>
    internal void Evaluated()
    {
        kicker.Evaluated();
        if (!timer.IsKept && timer.Keep() is { } reason)
            faults.Report("the timer's number is not kept, and would be lost with this process", reason);
    }
}
