using Microsoft.Extensions.Hosting.Systemd;
using Xen.Linux;
using XenWatchdog.Evaluation;
using XenWatchdog.Host;
using XenWatchdog.Timer;

namespace XenWatchdog.Daemon;

/// <summary>
/// The thread that evaluates results once a second, and starts the actions that follow. It waits for nothing: other threads do everything
/// that may hang. The timer's thread watches this one: when it stops, the kicks stop.
/// </summary>
sealed class Evaluator(
    IReadOnlyList<CheckRunner> runners, Health health, ResetDecision decision, WellChecks wellChecks, WatchdogTimer timer, Kicker kicker,
        ResetAnnouncer announcer,
    HostLife life, WatchdogStatus status, ISystemdNotifier notifier, FaultLog faults, ILogger logger)
{
    const string ConsoleService = "xenconsoled";
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1), ForEnd = TimeSpan.FromSeconds(5);
    static readonly ServiceState Lives = new("WATCHDOG=1");

    readonly ManualResetEventSlim ended = new();
    Thread? thread;
    int loggedFault;

    internal void Start()
    {
        thread = new(Run) { IsBackground = true, Name = "evaluation" };
        thread.Start();
    }

    /// <summary>Ends the thread. Waits for it at most five seconds, because it may hang like what it evaluates.</summary>
    internal void End()
    {
        ended.Set();
        thread?.Join(ForEnd);
    }

    void Run()
    {
        do
        {
            faults.Guard("results were not evaluated", () => Evaluate(DateTime.UtcNow));
            kicker.Evaluated();
            if (!timer.IsKept && timer.Keep() is { } reason)
                faults.Report("the timer's number is not kept, and would be lost with this process", reason);
            faults.Guard("the status is not written", status.Write);
            faults.Guard("systemd gets no sign of life", () => notifier.Notify(Lives));
        }
        while (!ended.Wait(Tick));
    }

    void Evaluate(DateTime now)
    {
        var uptime = TimeSpan.FromMilliseconds(Environment.TickCount64);
        foreach (var runner in runners)
        {
            if (runner.TryTake(out string? fault))
                Log(runner.State, runner.State.Take(fault, now));
            if (health.TakesRestart(runner.State, uptime))
                _ = RestartAsync(runner.State);
        }
        wellChecks.Keep(health.Checks);
        var step = decision.Take(health, Environment.TickCount64, kicker.Kicked);
        kicker.ResetReason = decision.IsLetGo ? decision.Reason : null;
        if (step == ResetStep.LetGo)
            announcer.Announce(decision.Reason!, now);
        else if (step == ResetStep.Saved)
            announcer.Withdraw(decision.Reason!);
        if (kicker.Fault is var errno && errno != loggedFault)
        {
            loggedFault = errno;
            if (errno != 0)
                WatchdogLog.CannotArm(logger, new PosixException("kick the watchdog timer", -errno).Message);
        }
    }

    void Log(CheckState state, CheckChange change)
    {
        if (change == CheckChange.Failed)
            WatchdogLog.Failed(logger, state.Rule.Name, state.Fault!, WatchdogStatus.Time(state.Since!.Value), state.Failures);
        else if (change == CheckChange.Recovered)
            WatchdogLog.Recovered(logger, state.Rule.Name);
        if (change == CheckChange.Failed && state is { WasWell: false, ResetsHost: true })
            faults.Report($"check {state.Rule.Name} is enforced and was never well since the host was booted",
                "a reset would not help, so it is only reported");
    }

    async Task RestartAsync(CheckState state)
    {
        WatchdogLog.Restarts(logger, ConsoleService, state.Rule.Name, state.Fault ?? "");
        string? fault;
        try
        {
            fault = await life.RestartAsync(ConsoleService).ConfigureAwait(false);
        }
        catch (Exception e) // the edge of the task: nobody waits for it
        {
            fault = e.Message;
        }
        if (fault is not null)
            WatchdogLog.CannotRestart(logger, ConsoleService, fault);
    }
}
