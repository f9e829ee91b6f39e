using Tmds.DBus.Protocol;
using Xen.Bus;
using XenDomains.Execution;
using XenDomains.Planning;
using XenDomains.Reports;

namespace XenDomains.Service;

/// <summary>The service on the bus while there is a bus: its name, its objects, and the signals of logind.</summary>
sealed class DomainsBus : IDisposable
{
    static readonly TimeSpan ForLastWords = TimeSpan.FromSeconds(1), ForName = TimeSpan.FromSeconds(3);

    readonly BusLink link = new();
    readonly GuestObjects shown;
    readonly DomainsObject domains;
    readonly ShutdownWatch watch;
    readonly ILogger logger;

    internal DomainsBus(StartStop guests, ShutdownWatch watch, ILogger logger, Func<CancellationToken> goingDown)
    {
        (this.watch, this.logger) = (watch, logger);
        var polkit = new Polkit(logger);
        shown = new(guests, link, polkit);
        domains = new(guests, shown, link, polkit, logger, goingDown);
        link.Start(SetUpAsync, shown.FollowAsync, reason => DomainsLog.NoEarlyStart(logger, "logind", reason));
    }

    /// <summary>A report for listeners on the bus.</summary>
    internal IReport Progress(string verb) => new BusReport(link, verb);

    /// <summary>Completes when the name is taken or cannot be taken. It does not wait for a bus that hangs.</summary>
    internal Task ThereAsync() => Task.WhenAny(link.Tried, Task.Delay(ForName));

    /// <summary>Publishes the service's present state.</summary>
    internal void Is(string state)
    {
        domains.Is(state);
        if (link.Current is not null)
            _ = shown.LookQuietlyAsync();
    }

    /// <summary>Completes when all signals have reached the bus.</summary>
    internal async Task FlushAsync()
    {
        if (link.Current is { } connection)
            await connection.AnswersAsync(ForLastWords).ConfigureAwait(false);
    }

    public void Dispose()
    {
        link.Dispose();
        watch.Dispose();
        shown.Dispose();
    }

    async Task SetUpAsync(DBusConnection connection)
    {
        connection.AddMethodHandler(domains);
        shown.ServeOn(connection);
        try
        {
            // Without this option the library would take the name from another process, and let another process take it.
            var asked = connection.RequestNameAsync(DomainsObject.InterfaceName, RequestNameOptions.None);
            await asked.WaitAsync(SystemBus.ForAnswer).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DBusExceptionBase or TimeoutException)
        {
            DomainsLog.CannotWork(logger, $"the bus does not let xendomains be {DomainsObject.InterfaceName}: {e.Reason()}");
        }
        await watch.BeginAsync(connection).ConfigureAwait(false);
    }
}
