using Xen.Linux.Files;

namespace XenWatchdog.Host;

/// <summary>Logs what fails besides the timer itself, each fault once. The timer goes on meanwhile. All threads use it.</summary>
sealed class FaultLog(ILogger logger)
{
    readonly HashSet<string> logged = new(StringComparer.Ordinal);

    /// <summary>Logs a fault unless the same fault was logged before.</summary>
    /// <param name="what">What does not work.</param>
    internal void Report(string what, string reason)
    {
        lock (logged)
            if (!logged.Add(what + reason))
                return;
        WatchdogLog.Lacks(logger, what, reason);
    }

    /// <summary>Does something whose failure must not end the thread.</summary>
    /// <param name="what">What a failure means.</param>
    internal void Guard(string what, Action action) => Guard<object?>(what, () =>
    {
        action();
        return null;
    });

    /// <summary>The same with a result, which is the default value after a failure.</summary>
    internal T? Guard<T>(string what, Func<T?> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) // the edge of the threads
        {
            Report(what, FileFault.Is(e) || e is System.Net.Sockets.SocketException ? e.Message : e.ToString());
            return default;
        }
    }
}
