using Xen.Bus;
using Xen.Posix;

namespace XenDomains.Service;

/// <summary>
/// Hears from logind (or elogind) that the host is about to go down, and delays it a little: an early start for stopping guests. The delay is
/// short by logind's own limit; what takes longer goes on while the service is being stopped.
/// </summary>
sealed class ShutdownWatch : IDisposable
{
    const string Service = "org.freedesktop.login1", Path = "/org/freedesktop/login1", Manager = "org.freedesktop.login1.Manager";

    readonly IBus bus;
    IDisposable? listening;
    FileDescriptor? delay;

    internal ShutdownWatch(IBus bus, Action goingDown, ILogger logger)
    {
        this.bus = bus;
        _ = WatchAsync(goingDown, logger);
    }

    public void Dispose()
    {
        listening?.Dispose();
        delay?.Dispose();
    }

    async Task WatchAsync(Action goingDown, ILogger logger)
    {
        try
        {
            listening = bus.OnSignal(Service, Path, Manager, "PrepareForShutdown", values =>
            {
                if (values is [true])
                    goingDown();
            });
            delay = (FileDescriptor)(await bus.CallAsync(new(Service, Path, Manager, "Inhibit", "ssss", "shutdown", "xendomains", "guests are stopped first", "delay")).ConfigureAwait(false))[0];
        }
        catch (BusException e)
        {
            DomainsLog.NoEarlyStart(logger, "logind", e.Message);
        }
    }
}
