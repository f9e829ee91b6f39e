using Tmds.DBus.Protocol;
using Xen.Bus;
using XenDomains.Reports;

namespace XenDomains.Service;

/// <summary>
/// Hears from logind (or elogind) that the host is about to go down, and delays it a little: an early start for stopping guests. The delay
/// is short by logind's own limit; what takes longer goes on while the service is being stopped. A shutdown may be called off as well.
/// </summary>
sealed class ShutdownWatch(Func<Task> goingDown, Action staysUp, ILogger logger) : IDisposable
{
    readonly LogindDelay delay = new("shutdown", "xendomains", "guests are stopped first");

    /// <summary>Listens on a connection from now on.</summary>
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

    // With the last guest gone nothing needs the delay any more.
    async Task GoDownAsync()
    {
        using var taken = delay.HandOver(); // the next one, after a shutdown that was called off, is another
        await goingDown().ConfigureAwait(false);
    }

    // At first, and again when a shutdown was called off.
    async Task DelayAsync(DBusConnection connection)
    {
        if (await delay.TakeAsync(connection).ConfigureAwait(false) is { } reason)
            DomainsLog.NoEarlyStart(logger, "logind", reason);
    }
}
