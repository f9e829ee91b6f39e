using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Hosting;
using Xen.Posix;
using Xen.Hypervisor;
using Xen.Loop;
using XenConsoled.Attach;
using XenConsoled.Consoles;
using XenConsoled.Logs;

namespace XenConsoled;

/// <summary>The daemon's parts and how they are put together; what a process before this one left is taken over.</summary>
sealed class ConsoleService(ConsoleOptions options, ISystemdNotifier notifier, IHostApplicationLifetime lifetime, ILogger<ConsoleService> logger)
    : LoopService("consoles", notifier, lifetime)
{
    const string EventChannelsKept = "event-channels";
    const int HypervisorPollMs = 1000, UnsentRetryMs = 100;
    const int LogsEndSeconds = 3;

    ConsoleHost? host;
    Consoles.Consoles? consoles;
    ConsoleStore? store;
    ConsoleLogs? logs;
    HypervisorLog? hypervisorLog;
    AttachServer? attach;
    Turns? turns;
    int restored;
    LoopTimer? wake;
    bool pollsHypervisor;
    long nextPoll;

    protected override void Bind()
    {
        foreach (string warning in options.Warnings)
            ConsoleLog.Understood(logger, warning);
        var kept = DescriptorStore.TakeOver();
        kept.Remove(EventChannelsKept, out var keptChannels);
        var hypervisor = Own(Hypervisor.Open(options.Hypervisor, keptChannels));
        var descriptors = new DescriptorStore();
        if (keptChannels is null && hypervisor.EventChannels.Descriptor is { } channels)
            descriptors.Keep(EventChannelsKept, channels);

        logs = Own(new ConsoleLogs(Loop, options, logger));
        turns = new(Loop, hypervisor.EventChannels);
        logs.WantsGo = turns.GoLog;
        host = new(Loop, hypervisor, descriptors, logger, options.KeepsOverflow, options.RunFolder)
        {
            WantsTurn = turns.Want,
            OpenLog = logs.Open,
            CloseLog = logs.Close,
            LogPath = logs.PathOf,
            WantsLog = turns.GoLog,
            OpenJournal = logs.OpenJournal,
        };
        store = new(Loop);
        host.TellPty = store.TellPty;
        consoles = new(host, store);
        store.Consoles = consoles;
        store.LogFileCame = LogFileCame;
        host.Failed = consoles.Retry;
        consoles.Ended = turns.Forget;
        turns.All = () => consoles.All;
        attach = new(host, consoles, Path.Combine(options.RunFolder, "socket"), Report);
        consoles.Began = attach.Began;

        restored = consoles.Restore(kept, keptChannels is not null);
        hypervisorLog = logs.OpenHypervisor(hypervisor.Host, options.RunFolder);
        if (hypervisorLog is not null)
            BindHypervisorLog(hypervisor);
        if (hypervisor.EventChannels.Descriptor is { } descriptor)
            Loop.Watch(descriptor, Readiness.Read, turns);
        turns.WantAll();
        wake = new(Loop, () => { });
        store.Start();
        OnSignal(PosixSignal.SIGHUP, Reopen);
        OnSignal(Signals.User1, () => ConsoleLog.Status(logger, Report(false)));
    }

    protected override void Started() => ConsoleLog.Started(logger, DaemonHost.Version, host!.Hypervisor.Name, restored);

    protected override void Faulted(string fault) => ConsoleLog.Fault(logger, fault);

    protected override void KeepsPrivileges(string reason) => ConsoleLog.KeepsPrivileges(logger, reason);

    protected override async Task EndingAsync()
    {
        ConsoleLog.Ending(logger);
        Loop.Post(() => attach?.Dispose());
        var limit = System.Diagnostics.Stopwatch.StartNew();
        while (ExitStatus == 0 && limit.Elapsed.TotalSeconds < LogsEndSeconds && !await LogsAreDoneAsync().ConfigureAwait(false))
            await Task.Delay(5, CancellationToken.None).ConfigureAwait(false);
    }

    protected override void Ended()
    {
        foreach (var console in consoles!.All.Concat(consoles.Ending))
            console.Leave();
        logs!.End(TimeSpan.FromSeconds(LogsEndSeconds));
    }

    public override async ValueTask DisposeAsync()
    {
        if (store is not null)
            await store.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    // Asked on the loop, answered there.
    async Task<bool> LogsAreDoneAsync()
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() =>
        {
            bool areDone = true;
            foreach (var console in consoles!.All.Concat(consoles.Ending))
                areDone &= console.FinishLog(Loop.Now);
            answer.SetResult(areDone);
        });
        return await Task.WhenAny(answer.Task, Task.Delay(TimeSpan.FromSeconds(LogsEndSeconds))).ConfigureAwait(false) == answer.Task && await answer.Task.ConfigureAwait(false);
    }

    void BindHypervisorLog(Hypervisor hypervisor)
    {
        int port = hypervisor.EventChannels.BindVirq(Virq.ConsoleRing);
        pollsHypervisor = port < 0;
        if (pollsHypervisor)
            ConsoleLog.Polls(logger, Marshal.GetPInvokeErrorMessage(-port));
        turns!.OtherPort = pending =>
        {
            if (pending != port)
                return; // of a console that is not connected: it stays masked until it is
            hypervisorLog!.Go();
            hypervisor.EventChannels.Unmask([pending]);
        };
        hypervisorLog!.Start();
    }

    protected override bool EndIteration()
    {
        int wait = WaitAfterTurns();
        if (wait > 0)
            wake!.At(Loop.Now + wait);
        return wait == 0;
    }

    // Milliseconds until something is to be done, -1 for never.
    int WaitAfterTurns()
    {
        consoles!.Go(Loop.Now);
        int wait = Sooner(turns!.Go(), consoles.Wait(Loop.Now)); // each may give the other something to do
        if (host!.Descriptors.HasUnsent)
        {
            host.Descriptors.Flush();
            wait = Sooner(wait, UnsentRetryMs);
        }
        if (hypervisorLog is null)
            return wait;
        if (pollsHypervisor && Loop.Now >= nextPoll)
        {
            nextPoll = Loop.Now + HypervisorPollMs;
            hypervisorLog.Go();
        }
        else if (Loop.Now >= hypervisorLog.NextTry)
            hypervisorLog.Go();
        long next = Math.Min(pollsHypervisor ? nextPoll : long.MaxValue, hypervisorLog.NextTry);
        return next == long.MaxValue ? wait : Sooner(wait, (int)Math.Max(next - Loop.Now, 0));
    }

    static int Sooner(int wait, int other) => wait < 0 ? other : other < 0 ? wait : Math.Min(wait, other);

    void LogFileCame(ushort domid, string? path)
    {
        logs!.Want(domid, path);
        foreach (var console in consoles!.All)
            if (domid == ConsoleStore.AllDomains || console.Id.Domid == domid)
                console.MoveLog();
    }

    void Reopen()
    {
        foreach (var console in consoles!.All)
            console.ReopenLog();
        hypervisorLog?.Reopen();
        store!.ReadAgain();
    }

    string Report(bool json) => json
        ? StatusReport.Json(host!.Hypervisor.Name, consoles!, hypervisorLog)
        : StatusReport.Text(host!.Hypervisor.Name, consoles!, hypervisorLog);
}
