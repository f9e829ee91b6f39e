using System.Globalization;
using XenDomains.Configuration;
using XenDomains.Images;
using XenDomains.Planning;
using XenDomains.Toolstack;

namespace XenDomains.Work;

/// <summary>Does what a plan for a stop says: each guest by one way after the other until it is gone.</summary>
sealed class Stopping(DomainsConfig config, IToolstack toolstack, ISaveFolder? saves, IHost host, IReport report, Slots slots)
{
    const long BesideMemory = 64L << 20; // what an image holds beside the guest's memory

    static readonly TimeSpan ForReboot = TimeSpan.FromSeconds(30);

    readonly DomainView view = new(toolstack, host);

    /// <summary>Stops what is to be stopped; whether all of it went well: saved, migrated or shut down, and nothing left running.</summary>
    internal async Task<bool> RunAsync(Plan<StopStep> plan)
    {
        string? previous = null;
        var steps = new List<StopStep>();
        foreach (var step in plan.Steps)
        {
            if (step.Tries.Count > 0)
                report.Tell(step.Name, Stage.Queued, step.After.Count == 0 ? "waits for its turn" : $"waits for the end of {string.Join(", ", step.After)}");
            steps.Add(config.StopsOneByOne && previous is not null ? step with { After = [.. step.After, previous] } : step);
            previous = step.Name;
        }
        var ended = await Turns.RunAsync(steps, step => step.Name, step => step.After, (step, _) => StepAsync(step)).ConfigureAwait(false);
        return ended.Values.All(went => went);
    }

    async Task<bool> StepAsync(StopStep step)
    {
        if (step.Tries.Count == 0)
        {
            report.Tell(step.Name, Stage.Left, $"is left alone: {step.Why}");
            return true;
        }
        try
        {
            var domain = step.Domain;
            foreach (var attempt in step.Tries)
            {
                if (await CurrentAsync(domain).ConfigureAwait(false) is not { } current)
                    return Done(step, "has ended by itself");
                domain = current;
                var (ended, how) = await AttemptAsync(step, domain, attempt).ConfigureAwait(false);
                if (ended)
                    return attempt.Way == StopWay.Destroy && step.Image is null ? Failed(step, how) : Done(step, how);
            }
            return await CurrentAsync(domain).ConfigureAwait(false) is null ? Done(step, "has ended") : Failed(step, "still runs: nothing that is switched on has stopped it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ToolstackException)
        {
            return Failed(step, $"cannot be stopped: {e.Message}");
        }
    }

    Task<(bool Ended, string How)> AttemptAsync(StopStep step, Domain domain, StopTry attempt) => attempt.Way switch
    {
        StopWay.SysRq => SysRqAsync(domain, attempt.Within),
        StopWay.Migrate => MigrateAsync(domain, attempt.Within),
        StopWay.Save => SaveAsync(domain, attempt.Within),
        StopWay.Shutdown => ShutdownAsync(domain, attempt.Within),
        _ => DestroyAsync(step, domain, attempt.Within),
    };

    async Task<(bool, string)> SysRqAsync(Domain domain, TimeSpan? within)
    {
        foreach (char letter in config.SysRq)
        {
            report.Tell(domain.Name, Stage.Working, $"is sent SysRq {letter}");
            var outcome = await slots.InAsync(() => toolstack.SysRqAsync(domain, letter, within)).ConfigureAwait(false);
            if (!outcome.IsDone)
                report.Tell(domain.Name, Stage.Working, $"did not take SysRq {letter}: {outcome.Fault}");
            await host.PauseAsync(config.SysRqPause, default).ConfigureAwait(false);
        }
        return (false, "");
    }

    async Task<(bool, string)> MigrateAsync(Domain domain, TimeSpan? within)
    {
        var outcome = await slots.InAsync(() =>
        {
            report.Tell(domain.Name, Stage.Working, $"is being migrated to {config.Migrate[^1]}");
            return toolstack.MigrateAsync(domain, config.Migrate, within);
        }).ConfigureAwait(false);
        return outcome.IsDone ? (true, $"was migrated to {config.Migrate[^1]}") : Next(domain, $"could not be migrated: {outcome.Fault}");
    }

    async Task<(bool, string)> SaveAsync(Domain domain, TimeSpan? within)
    {
        long bytes = (domain.Memory << 20) + BesideMemory;
        return await slots.InAsync(async () =>
        {
            string file = saves!.Begin(domain.Name, bytes, out string? refused);
            if (refused is not null)
                return Next(domain, $"is not saved: {refused}");
            try
            {
                report.Tell(domain.Name, Stage.Working, $"is being saved ({domain.Memory} MiB)");
                var outcome = await toolstack.SaveAsync(domain, file, within).ConfigureAwait(false);
                bool isThere = (await view.NowAsync().ConfigureAwait(false)).Of(domain) is { State: not DomainState.Dying };
                if (outcome.IsDone || !isThere)
                    return saves.Finish(domain.Name) is { } fault ? throw new IOException($"it is gone, and its image {file} is not whole: {fault}") : (true, "is saved");
                saves.Drop(domain.Name);
                return Next(domain, $"could not be saved: {outcome.Fault}");
            }
            finally
            {
                saves.End(bytes);
            }
        }).ConfigureAwait(false);
    }

    async Task<(bool, string)> ShutdownAsync(Domain domain, TimeSpan? within)
    {
        var deadline = within is { } limit ? host.Now + limit : DateTime.MaxValue;
        while (true)
        {
            report.Tell(domain.Name, Stage.Working, "shuts down");
            var outcome = await slots.InAsync(() => toolstack.ShutdownAsync(domain, config.Shutdown ?? [], within)).ConfigureAwait(false);
            if (!outcome.IsDone && await CurrentAsync(domain).ConfigureAwait(false) is not null)
                return Next(domain, $"could not be asked to shut down: {outcome.Fault}");
            Domain? again = null;
            bool came = await view.UntilAsync(now => now.IsGone(domain) || (again = now.Of(domain)) is not null && again.Id != domain.Id, within is null ? null : deadline - host.Now).ConfigureAwait(false);
            if (!came)
                return Next(domain, string.Create(CultureInfo.InvariantCulture, $"has not shut down within {within!.Value.TotalSeconds:0} s"));
            if (again is null || again.Id == domain.Id)
                return (true, "has shut down");
            domain = again; // it rebooted instead
        }
    }

    async Task<(bool, string)> DestroyAsync(StopStep step, Domain domain, TimeSpan? within)
    {
        report.Tell(domain.Name, Stage.Working, "is being destroyed");
        var outcome = await slots.InAsync(() => toolstack.DestroyAsync(domain, within)).ConfigureAwait(false);
        if (!await view.UntilAsync(now => now.IsGone(domain), within ?? ForReboot).ConfigureAwait(false))
            return Next(domain, $"could not be destroyed: {outcome.Fault ?? "it does not go away"}");
        if (step.Image is null)
            return (true, "was destroyed: nothing else had stopped it");
        return saves!.Finish(domain.Name) is { } fault ? throw new IOException($"it is gone, and its image is not whole: {fault}") : (true, "is saved");
    }

    // The guest's domain of this moment; one that reboots is waited for. Null: it is gone.
    async Task<Domain?> CurrentAsync(Domain domain)
    {
        DomainView.Snapshot? seen = null;
        await view.UntilAsync(now => (seen = now).IsGone(domain) || now.Of(domain) is not null, ForReboot).ConfigureAwait(false);
        return seen!.IsGone(domain) ? null : seen.Of(domain);
    }

    (bool, string) Next(Domain domain, string why)
    {
        report.Tell(domain.Name, Stage.Working, why);
        return (false, why);
    }

    bool Done(StopStep step, string how)
    {
        report.Tell(step.Name, Stage.Done, how);
        return true;
    }

    bool Failed(StopStep step, string why)
    {
        report.Tell(step.Name, Stage.Failed, why);
        return false;
    }
}
