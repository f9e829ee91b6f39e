namespace XenWatchdog.Host;

/// <summary>
/// Every line that the daemon logs. The event ids are stable: the journal's MESSAGE_ID comes from them, and docs/operations.md lists them.
/// </summary>
static partial class WatchdogLog
{
    [LoggerMessage(1, LogLevel.Information,
        "xenwatchdogd {Version} arms timer {Timer} with {Timeout} s and kicks it every {Sleep} s{Adopted}; checks: {Checks}")]
    internal static partial void Started(ILogger logger, string version, int timer, uint timeout, uint sleep, string adopted,
        string checks);

    [LoggerMessage(2, LogLevel.Warning, "check {XenCheck} fails: {Fault} (since {Since}, {Failures} times in a row)")]
    internal static partial void Failed(ILogger logger, string xenCheck, string fault, string since, int failures);

    [LoggerMessage(3, LogLevel.Information, "check {XenCheck} is well again")]
    internal static partial void Recovered(ILogger logger, string xenCheck);

    [LoggerMessage(4, LogLevel.Critical, "the watchdog timer is not kicked any more, and the host will be reset in {Seconds} s: {Reason}")]
    internal static partial void LetsGo(ILogger logger, uint seconds, string reason);

    [LoggerMessage(5, LogLevel.Warning, "the watchdog timer is kicked again: the reason for a reset is gone ({Reason})")]
    internal static partial void HoldsAgain(ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Error, "this host was reset by its watchdog after {Time}: {Reason}")]
    internal static partial void WasReset(ILogger logger, string time, string reason);

    [LoggerMessage(7, LogLevel.Error, "the watchdog timer cannot be kicked: {Reason}")]
    internal static partial void CannotArm(ILogger logger, string reason);

    [LoggerMessage(8, LogLevel.Warning, "{Service} is restarted, since check {XenCheck} fails: {Fault}")]
    internal static partial void Restarts(ILogger logger, string service, string xenCheck, string fault);

    [LoggerMessage(9, LogLevel.Error, "{Service} cannot be restarted: {Reason}")]
    internal static partial void CannotRestart(ILogger logger, string service, string reason);

    [LoggerMessage(10, LogLevel.Information, "xenwatchdogd ends; timer {Timer} is given back")]
    internal static partial void GivesBack(ILogger logger, int timer);

    [LoggerMessage(11, LogLevel.Warning,
        "xenwatchdogd ends and leaves timer {Timer} running: the host has {Seconds} s to go down, or is reset")]
    internal static partial void LeavesRunning(ILogger logger, int timer, uint seconds);

    [LoggerMessage(15, LogLevel.Error,
        "xenwatchdogd ends, and timer {Timer} cannot be given back: {Reason}; the host is reset when it runs out,"
        + " unless xenwatchdogd is started before")]
    internal static partial void CannotGiveBack(ILogger logger, int timer, string reason);

    [LoggerMessage(12, LogLevel.Information, "the host goes to sleep: timer {Timer} is given back until it wakes")]
    internal static partial void Sleeps(ILogger logger, int timer);

    [LoggerMessage(13, LogLevel.Information, "the host woke: timer {Timer} is armed")]
    internal static partial void Wakes(ILogger logger, int timer);

    [LoggerMessage(14, LogLevel.Warning, "{What}: {Reason}")]
    internal static partial void Lacks(ILogger logger, string what, string reason);
}
