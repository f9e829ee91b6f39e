using Tmds.DBus.Protocol;
using Xen.Bus;
using XenDomains.Reports;

namespace XenDomains.Service;

/// <summary>
/// Listens to logind (or elogind) for a shutdown of the host, and delays the shutdown a little, so that guests are stopped early. logind
/// limits the delay. If more time is needed, the stop goes on while the service is being stopped. A shutdown may also be called off.
/// </summary>
sealed class ShutdownWatch(Func<Task> goingDown, Action staysUp, ILogger logger) : IDisposable
{
    readonly LogindDelay delay = new("shutdown", "xendomains", "guests are stopped first");

    /// <summary>Begins to listen on a connection.</summary>
    internal async Task BeginAsync(DBusConnection connection)
    {
        try
        {
            await Logind.ListenAsync(connection, "PrepareForShutdown", begins =>
            {
                _ = begins ? GoDownAsync() : DelayAsync(connection);
                if (!begins)
                    staysUp();
            }).ConfigureAwait(false);
        }
        catch (DBusExceptionBase e)
        {
            DomainsLog.NoEarlyStart(logger, "logind", e.Reason());
        }
        await DelayAsync(connection).ConfigureAwait(false);
    }

    public void Dispose() => delay.Dispose();

    // When the last guest is gone, the delay is not needed any more.
    async Task GoDownAsync()
    {
        using var taken = delay.HandOver(); // after a shutdown that was called off, a new delay is taken
        await goingDown().ConfigureAwait(false);
    }

    // At the start, and again when a shutdown was called off.
    async Task DelayAsync(DBusConnection connection)
    {
        if (await delay.TakeAsync(connection).ConfigureAwait(false) is { } reason)
            DomainsLog.NoEarlyStart(logger, "logind", reason);
    }
}
