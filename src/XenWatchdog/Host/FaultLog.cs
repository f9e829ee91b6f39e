namespace XenWatchdog.Host;

/// <summary>What goes wrong beside the timer: it is logged once, and the timer goes on. It serves all threads.</summary>
sealed class FaultLog(ILogger logger)
{
    readonly HashSet<string> logged = new(StringComparer.Ordinal);

    /// <summary>Logs a fault, unless the same was logged before.</summary>
    /// <param name="what">What does not work.</param>
    internal void Report(string what, string reason)
    {
        lock (logged)
            if (!logged.Add(what + reason))
                return;
        WatchdogLog.Lacks(logger, what, reason);
    }

    /// <summary>Does something whose failure must not end the thread.</summary>
    /// <param name="what">What it means if it fails.</param>
    internal void Guard(string what, Action action) => Guard<object?>(what, () =>
    {
        action();
        return null;
    });

    /// <summary>The same, with an answer; the default one if it fails.</summary>
    internal T? Guard<T>(string what, Func<T?> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) // whatever it is: the threads' edge
        {
            Report(what, e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException ? e.Message : e.ToString());
            return default;
        }
    }
}
