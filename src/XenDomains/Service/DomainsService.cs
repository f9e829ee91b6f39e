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
/// The guests under the life of a service: started with it, ready when they are, stopped with it. What it knows it finds out anew each
/// time, so that it may be killed and started again at any moment.
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

    /// <summary>Whether the last work that the service itself began went well.</summary>
    internal static bool WentWell { get; private set; } = true;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        owned.Add(Signals.Listen(PosixSignal.SIGHUP, Reload));
        bus = new(guests, new ShutdownWatch(GoingDownAsync, StaysUp, logger), logger, () => givenUp.Token);
        owned.Add(bus);
        starting = Task.Run(async () =>
        {
            await StartGuestsAsync(givenUp.Token).ConfigureAwait(false);
            await bus.ThereAsync().ConfigureAwait(false); // who was told that the service is ready finds it on the bus
            DaemonHost.TellReady(notifier); // even if a guest failed: the service has to be up for its stop to stop the others
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

    // The host's manager of sessions says that it is about to go down, before it does.
    Task GoingDownAsync()
    {
        DomainsLog.GoingDown(logger);
        return StopGuestsAsync(goesDown: true);
    }

    // A shutdown that has stopped the guests was called off: the service is up, and so are they again.
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
                await started.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // whatever became of the start, guests are stopped
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
        catch (Exception e) // the edge of the service's task: whatever it is, it goes on to its stop
        {
            DomainsLog.CannotWork(logger, $"{verb}: {e.Message}");
            Tell($"{verb}: {e.Message}", extends: false);
            return false;
        }
    }

    // Guests take the time that they take: as long as something happens, systemd's own limit does not run out.
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
            return; // what was read before counts on
        guests.Reload(config);
        foreach (string remark in config.Faults.Concat(config.Remarks))
            Remark(remark);
        DomainsLog.Reloaded(logger, config.File);
    }

    void Remark(string remark) => DomainsLog.Remark(logger, remark);
}
