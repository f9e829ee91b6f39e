using XenWatchdog.Evaluation;
using XenWatchdog.Host;

namespace XenWatchdog.Daemon;

/// <summary>
/// Takes what the checks have found, logs what has changed with it, and restarts the service of a check that has failed. It does not wait
/// until a service is restarted.
/// </summary>
/// <param name="restartable">Finds the services that may be restarted now.</param>
/// <param name="wellChecks">Keeps for the next process which checks were well.</param>
/// <param name="life">Restarts services.</param>
sealed class CheckResults(
    IReadOnlyList<CheckRunner> runners, Health health, Func<IReadOnlySet<string>> restartable, WellChecks wellChecks, HostLife life,
    FaultLog faults, ILogger logger)
{
    /// <summary>Takes the results that came since the last call.</summary>
    /// <param name="now">In UTC.</param>
    internal void Take(DateTime now)
    {
        var uptime = TimeSpan.FromMilliseconds(Environment.TickCount64);
        health.Services = restartable();
        foreach (var runner in runners)
        {
            if (runner.TryTake(out string? fault))
                Log(runner.State, runner.State.Take(fault, now));
            if (health.TakesRestart(runner.State, uptime))
                _ = RestartAsync(runner.State, runner.State.Rule.Service!);
        }
        wellChecks.Keep(health.Checks);
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

    async Task RestartAsync(CheckState state, string service)
    {
        WatchdogLog.Restarts(logger, service, state.Rule.Name, state.Fault ?? "");
        string? fault;
        try
        {
            fault = await life.RestartAsync(service).ConfigureAwait(false);
        }
        catch (Exception e) // the edge of the task: nobody waits for it
        {
            fault = e.Message;
        }
        if (fault is not null)
            WatchdogLog.CannotRestart(logger, service, fault);
    }
}
