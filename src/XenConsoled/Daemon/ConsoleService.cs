using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Hosting;
using Xen.Linux.Processes;
using XenConsoled.Core;

namespace XenConsoled.Daemon;

/// <summary>The daemon's life as a service.</summary>
sealed class ConsoleService(ConsoleOptions options, ISystemdNotifier notifier, IHostApplicationLifetime lifetime,
    ILogger<ConsoleService> logger) : LoopService("consoles", notifier, lifetime)
{
    const int LogsLookMs = 5;
    static readonly TimeSpan LogsEnd = TimeSpan.FromSeconds(3); // the next process writes what is left then

    ConsoleDaemon? daemon;

    ConsoleDaemon Daemon => daemon ?? throw new InvalidOperationException("the daemon is not started");

    protected override void Bind()
    {
        foreach (string warning in options.Warnings)
            ConsoleLog.Understood(logger, warning);
        daemon = new(Loop, options, logger);
        OnSignal(PosixSignal.SIGHUP, Daemon.Reopen);
        OnSignal(Signals.User1, () => ConsoleLog.Status(logger, Daemon.Status));
    }

    protected override void Started() => ConsoleLog.Started(logger, DaemonHost.Version, Daemon.HypervisorName, Daemon.Restored);

    protected override bool EndIteration() => Daemon.EndIteration();

    protected override void Faulted(string fault) => ConsoleLog.Fault(logger, fault);

    protected override void KeepsPrivileges(string reason) => ConsoleLog.KeepsPrivileges(logger, reason);

    protected override async Task EndingAsync()
    {
        ConsoleLog.Ending(logger);
        Loop.Post(Daemon.CloseSocket);
        var limit = Stopwatch.StartNew();
        while (ExitStatus == 0 && limit.Elapsed < LogsEnd && !await LogsAreDoneAsync().ConfigureAwait(false))
            await Task.Delay(LogsLookMs, CancellationToken.None).ConfigureAwait(false);
    }

    protected override void Ended() => Daemon.Leave(LogsEnd);

    public override async ValueTask DisposeAsync()
    {
        if (daemon is not null)
            await daemon.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    // The loop's thread computes the answer.
    async Task<bool> LogsAreDoneAsync()
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() => answer.SetResult(Daemon.FinishLogs()));
        return await Task.WhenAny(answer.Task, Task.Delay(LogsEnd)).ConfigureAwait(false) == answer.Task
            && await answer.Task.ConfigureAwait(false);
    }
}
