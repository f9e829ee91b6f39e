using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Hosting;
using Xen.Linux.Processes;
using XenDomains.Configuration;
using XenDomains.Execution;
using XenDomains.Reports;

namespace XenDomains.Service;

/// <summary>
/// The guests as a service: started with it, ready when they are, stopped with it. It keeps no state and looks at the host each time, so it
/// may be killed and started again at any moment.
/// </summary>
sealed class DomainsService(DomainsOptions options, StartStop guests, ISystemdNotifier notifier, ILogger<DomainsService> logger)
    : IHostedService, IDisposable
{
    static readonly TimeSpan Pace = TimeSpan.FromSeconds(5), Extension = TimeSpan.FromSeconds(60), Silence = TimeSpan.FromMinutes(15);

    readonly Lock gate = new();
    readonly List<IDisposable> owned = [];
    CancellationTokenSource givenUp = new();
    Task starting = Task.CompletedTask, stopping = Task.CompletedTask;
    DomainsBus? bus;
    bool isEnding;

    /// <summary>Whether the service's own last operation went well.</summary>
    internal static bool WentWell { get; private set; } = true;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        owned.Add(Signals.Listen(PosixSignal.SIGHUP, Reload));
        bus = new(guests, new ShutdownWatch(GoingDownAsync, StaysUp, logger), logger, () => givenUp.Token);
        owned.Add(bus);
        starting = Task.Run(async () =>
        {
            await StartGuestsAsync(givenUp.Token).ConfigureAwait(false);
            await bus.ThereAsync().ConfigureAwait(false); // the service is on the bus before it reports that it is ready
            DaemonHost.TellReady(notifier); // even if a guest failed: only a service that is up stops the others at its end
        }, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        notifier.Notify(ServiceState.Stopping);
        lock (gate)
            isEnding = true;
        await StopGuestsAsync().ConfigureAwait(false);
        await (bus?.FlushAsync() ?? Task.CompletedTask).ConfigureAwait(false);
    }

    public void Dispose()
    {
        for (int i = owned.Count - 1; i >= 0; i--)
            owned[i].Dispose();
        givenUp.Dispose();
    }

    // logind announces that the host is about to go down.
    Task GoingDownAsync()
    {
        DomainsLog.GoingDown(logger);
        return StopGuestsAsync(goesDown: true);
    }

    // A shutdown that has stopped the guests was called off: the service still runs, so it starts them again.
    void StaysUp()
    {
        lock (gate)
        {
            if (isEnding || !givenUp.IsCancellationRequested)
                return;
            DomainsLog.StaysUp(logger);
            givenUp = new();
            var (until, token) = (stopping, givenUp.Token);
            starting = Task.Run(async () =>
            {
                await until.ConfigureAwait(false);
                await StartGuestsAsync(token).ConfigureAwait(false);
            }, CancellationToken.None);
        }
    }

    async Task StartGuestsAsync(CancellationToken until)
    {
        bus?.Is(ServiceStates.Starting);
        WentWell = await DoAsync("start", progress => guests.StartAsync(progress, null, options.Discards, Remark, until))
            .ConfigureAwait(false);
        bus?.Is(ServiceStates.Running);
    }

    Task StopGuestsAsync(bool goesDown = false)
    {
        lock (gate)
        {
            if (givenUp.IsCancellationRequested && !stopping.IsCompleted)
                return stopping;
            var (canceling, started) = (givenUp.CancelAsync(), starting);
            return stopping = Task.Run(async () =>
            {
                await canceling.ConfigureAwait(false);
                await started.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // guests are stopped after any outcome of the start
                bus?.Is(ServiceStates.Stopping);
                WentWell = await DoAsync("stop", progress => guests.StopAsync(progress, null, null, Remark, goesDown))
                    .ConfigureAwait(false);
                bus?.Is(ServiceStates.Stopped);
            });
        }
    }

    async Task<bool> DoAsync(string verb, Func<Progress, Task<bool>> work)
    {
        var progress = bus is null ? new Progress(verb, new LogReport(logger))
            : new Progress(verb, new LogReport(logger), bus.Progress(verb));
        try
        {
            var running = work(progress);
            while (await Task.WhenAny(running, Task.Delay(Pace)).ConfigureAwait(false) != running)
                Tell(progress.Line(),
                    extends: DateTime.UtcNow - progress.Changed < (guests.Config.MaxWait is { } limit && limit < Silence ? Silence
                        : guests.Config.MaxWait ?? TimeSpan.MaxValue));
            bool went = await running.ConfigureAwait(false);
            DomainsLog.Summarise(logger, progress.Summary(), went);
            Tell(progress.Summary(), extends: false);
            return went;
        }
        catch (Exception e) // the edge of the service's task: the service still has to stop the guests later
        {
            DomainsLog.CannotWork(logger, $"{verb}: {e.Message}");
            Tell($"{verb}: {e.Message}", extends: false);
            return false;
        }
    }

    // Guests take the time that they need: while something happens, systemd's own limit does not run out.
    void Tell(string status, bool extends)
    {
        notifier.Notify(new ServiceState("STATUS=" + status.ReplaceLineEndings(" ")));
        if (extends)
            notifier.Notify(new ServiceState(string.Create(CultureInfo.InvariantCulture,
                $"EXTEND_TIMEOUT_USEC={Extension.TotalMicroseconds:0}")));
    }

    void Reload()
    {
        if (StartStop.Settings(options.ConfigFile) is not { } config)
            return; // the earlier settings stay valid
        guests.Reload(config);
        foreach (string remark in config.Faults.Concat(config.Remarks))
            Remark(remark);
        DomainsLog.Reloaded(logger, config.File);
    }

    void Remark(string remark) => DomainsLog.Remark(logger, remark);
}
