using Microsoft.Extensions.Hosting.Systemd;
using XenWatchdog.Host;

namespace XenWatchdog.Daemon;

/// <summary>
/// The thread that evaluates results once a second, and starts the actions that follow. It waits for nothing: other threads do everything
/// that may hang. The timer's thread watches this one: when it stops, the kicks stop.
/// </summary>
sealed class Evaluator(
    CheckResults results, HostReset reset, TimerCare timer, WatchdogStatus status, ISystemdNotifier notifier, FaultLog faults)
{
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1), ForEnd = TimeSpan.FromSeconds(5);
    static readonly ServiceState Lives = new("WATCHDOG=1");

    readonly ManualResetEventSlim ended = new();
    Thread? thread;

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
            timer.Evaluated();
            faults.Guard("the status is not written", status.Write);
            faults.Guard("systemd gets no sign of life", () => notifier.Notify(Lives));
        }
        while (!ended.Wait(Tick));
    }

    void Evaluate(DateTime now)
    {
        results.Take(now);
        reset.Decide(now);
        timer.LogFault();
    }
}
