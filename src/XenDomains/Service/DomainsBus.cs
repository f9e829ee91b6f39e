using Tmds.DBus.Protocol;
using Xen.Bus;
using XenDomains.Execution;
using XenDomains.Planning;
using XenDomains.Reports;

namespace XenDomains.Service;

/// <summary>The service on the bus, as long as there is one: its name, its objects, and what logind tells it.</summary>
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

    /// <summary>Tells what happens to who listens.</summary>
    internal IReport Progress(string verb) => new BusReport(link, verb);

    /// <summary>Ends when the name is taken or cannot be; a bus that hangs is not waited for.</summary>
    internal Task ThereAsync() => Task.WhenAny(link.Tried, Task.Delay(ForName));

    /// <summary>What the service does now.</summary>
    internal void Is(string state)
    {
        domains.Is(state);
        if (link.Current is not null)
            _ = shown.LookQuietlyAsync();
    }

    /// <summary>Ends when all that was told has reached the bus.</summary>
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
            // Without this option the library would let another process take the name, and take it from one.
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
