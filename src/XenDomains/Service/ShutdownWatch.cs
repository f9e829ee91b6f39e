using Xen.Bus;
using Xen.Posix;

namespace XenDomains.Service;

/// <summary>
/// Hears from logind (or elogind) that the host is about to go down, and delays it a little: an early start for stopping guests. The delay is
/// short by logind's own limit; what takes longer goes on while the service is being stopped. A shutdown may be called off as well.
/// </summary>
sealed class ShutdownWatch : IDisposable
{
    const string Service = "org.freedesktop.login1", Path = "/org/freedesktop/login1", Manager = "org.freedesktop.login1.Manager";

    readonly IBus bus;
    IDisposable? listening;
    FileDescriptor? delay;

    internal ShutdownWatch(IBus bus, Func<Task> goingDown, Action staysUp, ILogger logger)
    {
        this.bus = bus;
        _ = WatchAsync(goingDown, staysUp, logger);
    }

    public void Dispose()
    {
        listening?.Dispose();
        delay?.Dispose();
    }

    async Task WatchAsync(Func<Task> goingDown, Action staysUp, ILogger logger)
    {
        try
        {
            listening = bus.OnSignal(Service, Path, Manager, "PrepareForShutdown", values =>
            {
                _ = values is [true] ? GoDownAsync(goingDown) : DelayAsync(logger);
                if (values is [false])
                    staysUp();
            });
        }
        catch (BusException e)
        {
            DomainsLog.NoEarlyStart(logger, "logind", e.Message);
        }
        await DelayAsync(logger).ConfigureAwait(false);
    }

    // With the last guest gone nothing needs the delay any more.
    async Task GoDownAsync(Func<Task> goingDown)
    {
        using var taken = Interlocked.Exchange(ref delay, null); // the next one, after a shutdown that was called off, is another
        await goingDown().ConfigureAwait(false);
    }

    // At first, and again when a shutdown was called off.
    async Task DelayAsync(ILogger logger)
    {
        try
        {
            var taken = (FileDescriptor)(await bus.CallAsync(new(Service, Path, Manager, "Inhibit", "ssss", "shutdown", "xendomains", "guests are stopped first", "delay")).ConfigureAwait(false))[0];
            Interlocked.Exchange(ref delay, taken)?.Dispose();
        }
        catch (BusException e)
        {
            DomainsLog.NoEarlyStart(logger, "logind", e.Message);
        }
    }
}
