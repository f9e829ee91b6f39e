using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Loop;
using Xen.Posix;
using XenConsoled.Attach;
using XenConsoled.Consoles;
using XenConsoled.Logs;

namespace XenConsoled;

/// <summary>
/// The daemon's life: StartAsync takes over what an earlier process left and binds everything, so that ready means ready; one thread then runs the loop
/// until the host stops. What is here is wiring only.
/// </summary>
sealed class ConsoleService(ConsoleOptions options, ISystemdNotifier notifier, IHostApplicationLifetime lifetime, ILogger<ConsoleService> logger)
    : IHostedService, IAsyncDisposable
{
    const string EventChannelsKept = "event-channels";
    const int HypervisorPollMs = 1000, UnsentRetryMs = 100;
    const int LogsEndSeconds = 3;

    readonly List<IDisposable> owned = [];
    EventLoop? loop;
    ConsoleHost? host;
    Consoles.Consoles? consoles;
    ConsoleStore? store;
    ConsoleLogs? logs;
    HypervisorLog? hypervisorLog;
    AttachServer? attach;
    Turns? turns;
    Thread? thread;
    bool pollsHypervisor;
    long nextPoll;

    /// <summary>What the process ends with.</summary>
    internal static int ExitStatus { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string warning in options.Warnings)
            ConsoleLog.Understood(logger, warning);
        var kept = DescriptorStore.TakeOver();
        kept.Remove(EventChannelsKept, out var keptChannels);
        var hypervisor = Own(Hypervisor.Open(options.Hypervisor, keptChannels));
        Limits.RaiseOpenFiles();
        loop = Own(new EventLoop());
        var descriptors = new DescriptorStore();
        if (keptChannels is null && hypervisor.EventChannels.Descriptor is { } channels)
            descriptors.Keep(EventChannelsKept, channels);

        logs = Own(new ConsoleLogs(loop, options, logger));
        turns = new(loop, hypervisor.EventChannels);
        logs.WantsGo = turns.GoLog;
        host = new(loop, hypervisor, descriptors, logger, options.KeepsOverflow, options.RunFolder)
        {
            WantsTurn = turns.Want,
            OpenLog = logs.Open,
            CloseLog = logs.Close,
            LogPath = logs.PathOf,
            WantsLog = turns.GoLog,
            OpenJournal = logs.OpenJournal,
        };
        store = new(loop);
        host.TellPty = store.TellPty;
        consoles = new(host, store);
        store.News = consoles;
        host.Failed = consoles.Retry;
        consoles.LogFileWanted = LogFileWanted;
        consoles.Ended = turns.Forget;
        turns.All = () => consoles.All;
        attach = new(host, consoles, Path.Combine(options.RunFolder, "socket"), Report);
        consoles.Began = attach.Began;

        int restored = consoles.Restore(kept, keptChannels is not null);
        hypervisorLog = logs.OpenHypervisor(hypervisor.Host, options.RunFolder);
        if (hypervisorLog is not null)
            BindHypervisorLog(hypervisor);
        if (hypervisor.EventChannels.Descriptor is { } descriptor)
            loop.Watch(descriptor, Readiness.Read, turns);
        turns.WantAll();
        loop.TurnEnds = TurnEnds;
        store.Start();
        Own(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Post(context, Reopen)));
        Own(PosixSignalRegistration.Create((PosixSignal)10 /* SIGUSR1 */, context => Post(context, () => ConsoleLog.Status(logger, Report(false)))));

        thread = new(Run) { Name = "consoles", IsBackground = false };
        thread.Start();
        if (Seccomp.GiveUp() is > 0 and var refused)
            ConsoleLog.KeepsPrivileges(logger, Marshal.GetPInvokeErrorMessage(refused));
        loop.Post(() =>
        {
            ConsoleLog.Started(logger, ConsoleOptions.Version, hypervisor.Name, restored);
            DaemonHost.TellReady(notifier);
        });
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        ConsoleLog.Ending(logger);
        if (loop is null || thread is null)
            return;
        loop.Post(() => attach?.Dispose());
        var limit = System.Diagnostics.Stopwatch.StartNew();
        while (ExitStatus == 0 && limit.Elapsed.TotalSeconds < LogsEndSeconds && !await LogsAreDoneAsync().ConfigureAwait(false))
            await Task.Delay(5, CancellationToken.None).ConfigureAwait(false);
        loop.Stop();
        thread.Join();
        if (ExitStatus != 0)
            return; // what was last published is whole; what is in memory may not be
        // A guest of a toolstack that knows of it is told that nobody listens; one of an older toolstack would never be told otherwise by C xenconsoled.
        bool tells = host!.Hypervisor.Host.Version is { Major: > 4 } or { Major: 4, Minor: >= 21 };
        foreach (var console in consoles!.All.Concat(consoles.Ending))
            console.Leave(tells);
        logs!.End(TimeSpan.FromSeconds(LogsEndSeconds));
    }

    public async ValueTask DisposeAsync()
    {
        if (store is not null)
            await store.DisposeAsync().ConfigureAwait(false);
        for (int i = owned.Count - 1; i >= 0; i--)
            owned[i].Dispose();
        owned.Clear();
    }

    // Asked on the loop, answered there.
    async Task<bool> LogsAreDoneAsync()
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop!.Post(() =>
        {
            bool areDone = true;
            foreach (var console in consoles!.All.Concat(consoles.Ending))
                areDone &= console.FinishLog(loop.Now);
            answer.SetResult(areDone);
        });
        return await Task.WhenAny(answer.Task, Task.Delay(TimeSpan.FromSeconds(LogsEndSeconds))).ConfigureAwait(false) == answer.Task && await answer.Task.ConfigureAwait(false);
    }

    void BindHypervisorLog(Hypervisor hypervisor)
    {
        hypervisorLog!.LostSome = lost => ConsoleLog.HypervisorLogLost(logger, lost);
        int port = hypervisor.EventChannels.BindVirq(Virq.ConsoleRing);
        pollsHypervisor = port < 0;
        if (pollsHypervisor)
            ConsoleLog.Polls(logger, Marshal.GetPInvokeErrorMessage(-port));
        turns!.OtherPort = pending =>
        {
            if (pending != port)
                return; // of a console that is not connected: it stays masked until it is
            hypervisorLog.Go();
            hypervisor.EventChannels.Unmask([pending]);
        };
        hypervisorLog.Start();
    }

    int TurnEnds()
    {
        int wait = turns!.Go();
        wait = Sooner(wait, consoles!.Go(loop!.Now));
        if (host!.Descriptors.HasUnsent)
        {
            host.Descriptors.Flush();
            wait = Sooner(wait, UnsentRetryMs);
        }
        if (hypervisorLog is null)
            return wait;
        if (pollsHypervisor && loop.Now >= nextPoll)
        {
            nextPoll = loop.Now + HypervisorPollMs;
            hypervisorLog.Go();
        }
        else if (loop.Now >= hypervisorLog.NextTry)
            hypervisorLog.Go();
        long next = Math.Min(pollsHypervisor ? nextPoll : long.MaxValue, hypervisorLog.NextTry);
        return next == long.MaxValue ? wait : Sooner(wait, (int)Math.Max(next - loop.Now, 0));
    }

    static int Sooner(int wait, int other) => wait < 0 ? other : other < 0 ? wait : Math.Min(wait, other);

    void LogFileWanted(ushort domid, string? path)
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

    void Run()
    {
        try
        {
            loop!.Run();
        }
        catch (Exception e)
        {
            // A fault of ours in the loop leaves consoles in doubt: end at once, say why, and be started again over what they left.
            ConsoleLog.Fault(logger, e.ToString());
            ExitStatus = 1;
            lifetime.StopApplication();
        }
    }

    void Post(PosixSignalContext context, Action action)
    {
        context.Cancel = true;
        loop!.Post(action);
    }

    T Own<T>(T what) where T : IDisposable
    {
        owned.Add(what);
        return what;
    }
}
