using System.Collections.Concurrent;
using System.Globalization;
using Xen.Linux.Files;
using XenDomains.Configuration;
using XenDomains.Facts;
using XenDomains.Images;
using XenDomains.Planning;
using XenDomains.Planning.Steps;
using XenDomains.Toolstack;

namespace XenDomains.Execution;

/// <summary>Carries out a plan for a stop: it tries one way after the other on each guest until the guest is gone.</summary>
sealed class Stopping(DomainsConfig config, IToolstack toolstack, ISaveFolder? saves, IDomainsHost host, IReport report,
    ConcurrencyLimit commands)
{
    const int MostAsked = 64;
    const long BesideMemory = 64L << 20; // an image's size beyond the guest's memory

    static readonly TimeSpan ForReboot = TimeSpan.FromSeconds(30);

    readonly DomainView view = new(toolstack, host);
    readonly ConcurrentDictionary<string, bool> asked = new(StringComparer.Ordinal); // guests that were asked to shut down
    readonly ConcurrencyLimit asking = new(MostAsked); // a limit of its own, because these commands of xl only wait

    /// <summary>
    /// Carries out the plan. True if all went well: each guest was saved, migrated or shut down, and none is left running.
    /// </summary>
    internal async Task<bool> RunAsync(Plan<StopStep> plan)
    {
        string? previous = null;
        var steps = new List<StopStep>();
        foreach (var step in plan.Steps)
        {
            if (step.Tries.Count > 0)
                report.Tell(step.Name, Stage.Queued,
                    step.After.Count == 0 ? "waits for its turn" : $"waits for the end of {string.Join(", ", step.After)}");
            steps.Add(config.StopsOneByOne && previous is not null ? step with { After = [.. step.After, previous] } : step);
            previous = step.Name;
        }
        var ended = await StepRunner.RunAsync(steps, step => step.Name, step => step.After, (step, _) => StepAsync(step))
            .ConfigureAwait(false);
        return ended.Values.All(went => went);
    }

    async Task<bool> StepAsync(StopStep step)
    {
        if (step.Tries.Count == 0)
        {
            if (step.IsFault)
                return Failed(step, $"is not stopped: {step.Why}");
            report.Tell(step.Name, Stage.Left, $"is left alone: {step.Why}");
            return true;
        }
        try
        {
            var domain = step.Domain;
            MoveImages(step);
            foreach (var attempt in step.Tries)
            {
                if (await CurrentAsync(domain).ConfigureAwait(false) is not { } current)
                    return Done(step, "has ended by itself");
                domain = current;
                var (ended, how) = await OneWayAsync(step, domain, attempt).ConfigureAwait(false);
                if (ended)
                    return attempt.Way == StopWay.Destroy && step.Image is null ? Failed(step, how) : Done(step, how);
            }
            return await CurrentAsync(domain).ConfigureAwait(false) is null ? Done(step, "has ended")
                : Failed(step, $"still runs: nothing that is switched on has stopped it{(step.Why is "" ? "" : $"; {step.Why}")}");
        }
        catch (Exception e) // the edge of this guest's task: the others go on after any failure
        {
            return Failed(step, $"could not be stopped as it should: {e.Message}");
        }
    }

    // However the guest ends, it would not continue from its older images.
    void MoveImages(StopStep step)
    {
        string? fault = FileFault.Of(() =>
        {
            foreach (var move in step.Moves)
                saves!.Move(move.Image, move.Move);
        });
        if (fault is not null)
            report.Tell(step.Name, Stage.Working, $"has an older image that cannot be moved away: {fault}");
    }

    // If one way cannot even be tried, for example because the save folder cannot be written, the other ways are left.
    async Task<(bool Ended, string How)> OneWayAsync(StopStep step, XlDomain domain, StopTry attempt)
    {
        try
        {
            return await AttemptAsync(step, domain, attempt).ConfigureAwait(false);
        }
        catch (Exception e) when (FileFault.Is(e) || e is ToolstackException)
        {
            return Next(domain, $"could not be stopped by {attempt.Way.ToString().ToLowerInvariant()}: {e.Message}");
        }
    }

    Task<(bool Ended, string How)> AttemptAsync(StopStep step, XlDomain domain, StopTry attempt) => attempt.Way switch
    {
        StopWay.SysRq => SysRqAsync(domain, attempt.Within),
        StopWay.Migrate => MigrateAsync(domain, attempt.Within),
        StopWay.Save => SaveAsync(domain, attempt.Within),
        StopWay.Shutdown => ShutdownAsync(domain, attempt.Within),
        _ => DestroyAsync(step, domain, attempt.Within),
    };

    async Task<(bool, string)> SysRqAsync(XlDomain domain, TimeSpan? within)
    {
        foreach (char letter in config.SysRq)
        {
            report.Tell(domain.Name, Stage.Working, $"is sent SysRq {letter}");
            var outcome = await commands.InAsync(() => toolstack.SysRqAsync(domain, letter, within)).ConfigureAwait(false);
            if (!outcome.IsDone)
                report.Tell(domain.Name, Stage.Working, $"did not take SysRq {letter}: {outcome.Fault}");
            await host.PauseAsync(config.SysRqPause, default).ConfigureAwait(false);
        }
        return (false, "");
    }

    async Task<(bool, string)> MigrateAsync(XlDomain domain, TimeSpan? within)
    {
        var outcome = await commands.InAsync(() =>
        {
            report.Tell(domain.Name, Stage.Working, $"is being migrated to {config.MigrateHost}");
            return toolstack.MigrateAsync(domain, config.Migrate, within);
        }).ConfigureAwait(false);
        return outcome.IsDone ? (true, $"was migrated to {config.MigrateHost}") : Next(domain, $"could not be migrated: {outcome.Fault}");
    }

    async Task<(bool, string)> SaveAsync(XlDomain domain, TimeSpan? within)
    {
        return await commands.InAsync(async () =>
        {
            string file = saves!.Begin(domain.Name, (domain.Memory << 20) + BesideMemory, out string? refused);
            if (refused is not null)
                return Next(domain, $"is not saved: {refused}");
            try
            {
                report.Tell(domain.Name, Stage.Working, $"is being saved ({domain.Memory} MiB)");
                var outcome = await toolstack.SaveAsync(domain, file, within).ConfigureAwait(false);
                return outcome.IsDone ? Saved(domain, file) : await NotSavedAsync(domain, file, outcome.Fault!).ConfigureAwait(false);
            }
            finally
            {
                saves.End(file);
            }
        }).ConfigureAwait(false);
    }

    (bool, string) Saved(XlDomain domain, string file) =>
        saves!.Finish(domain.Name, file) is { } fault ? throw new InvalidDataException($"it is gone, and its image is not whole: {fault}")
            : (true, "is saved");

    // After a failed save the guest still runs. If xl died, it is suspended beside its image.
    async Task<(bool, string)> NotSavedAsync(XlDomain domain, string file, string why)
    {
        var now = await view.NowAsync().ConfigureAwait(false);
        if (toolstack.Monitors().BeingSaved.Overlaps([domain.Name, domain.Id.ToString(CultureInfo.InvariantCulture)]))
            return Next(domain, $"could not be saved: {why}, and xl still works on it");
        if (now.Of(domain) is null && !now.Watched.Contains(domain.Name))
            return Saved(domain, file);
        if (now.Of(domain) is { State: XlDomainState.Suspended } over)
        {
            if (saves!.Images(looksAtDisks: false)
                .FirstOrDefault(image => image.File == file) is not { Fault: null })
                return Next(domain, $"could not be saved, and cannot go on from there: {why}"); // the half image shows what happened
            await toolstack.DestroyAsync(over, ForReboot).ConfigureAwait(false);
            return await view.UntilAsync(later => later.IsGone(over), ForReboot).ConfigureAwait(false) ? Saved(domain, file)
                : Next(domain, $"is saved, and its domain {over.Id} does not go away");
        }
        saves!.Drop(file);
        return Next(domain, $"could not be saved: {why}{Unwatched(domain, now)}");
    }

    // The xl of a guest ends when the guest is suspended, even if the guest then goes on.
    static string Unwatched(XlDomain domain, DomainView.Seen now) =>
        now.Of(domain) is { State: XlDomainState.Running } && !now.Watched.Contains(domain.Name)
            ? "; it runs on, but no xl watches it any more: after it has ended or asked for a reboot, `xl destroy` it and start it again"
            : "";

    async Task<(bool, string)> ShutdownAsync(XlDomain domain, TimeSpan? within)
    {
        DateTime? deadline = null;
        // At least once, because a guest that was never asked is not destroyed.
        for (var left = within; left is null || left > TimeSpan.Zero; left = deadline - host.Now)
        {
            // xl waits a minute for the guest's acknowledgement. Meanwhile this looks for the guest's end.
            var request = await BeginAsync(domain, left).ConfigureAwait(false);
            deadline ??= host.Now + within; // its time begins when this guest is asked
            report.Tell(domain.Name, Stage.Working, "shuts down");
            XlDomain? again = null;
            bool came = await view.UntilAsync(HasCome, left).ConfigureAwait(false);
            var outcome = await request.ConfigureAwait(false);
            if (outcome.IsDone || outcome.WasAsked)
                asked[domain.Name] = true;
            if (!came || !outcome.IsDone && host.Now >= deadline)
                return TooLong();
            if (again is { } other && other.Id != domain.Id)
                domain = other; // the guest has rebooted instead
            else if (await CurrentAsync(domain).ConfigureAwait(false) is not { } current)
            {
                await BuryAsync(domain).ConfigureAwait(false);
                return (true, "has shut down");
            }
            else if (!outcome.IsDone)
                return Next(domain, outcome.WasAsked
                    ? $"does not answer the request to shut down: {outcome.Fault}"
                    : $"could not be asked to shut down: {outcome.Fault}");
            else
                domain = current; // the guest was between two domains at the last look

            bool HasCome(DomainView.Seen now) =>
                now.IsGone(domain) || (again = now.Of(domain)) is not null && again.Id != domain.Id
                    || request.IsCompleted && !MayCome(request, left);
        }
        return TooLong();

        (bool, string) TooLong() =>
            Next(domain, string.Create(CultureInfo.InvariantCulture, $"has not shut down within {within!.Value.TotalSeconds:0} s"));
    }

    // Returns when the command of xl begins, with the task of its outcome.
    async Task<Task<ToolstackOutcome>> BeginAsync(XlDomain domain, TimeSpan? within)
    {
        var begins = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var request = asking.InAsync(() =>
        {
            begins.SetResult();
            return toolstack.ShutdownAsync(domain, within);
        });
        await begins.Task.ConfigureAwait(false);
        return request;
    }

    // A guest that has not answered within xl's minute may still be starting. It has the time that it was given.
    static bool MayCome(Task<ToolstackOutcome> request, TimeSpan? within) =>
        request.IsCompletedSuccessfully && (request.Result.IsDone || request.Result.WasAsked && within is not null);

    async Task<(bool, string)> DestroyAsync(StopStep step, XlDomain domain, TimeSpan? within)
    {
        if (!step.MayDestroyUnasked && !asked.ContainsKey(domain.Name))
            return Next(domain, "is not destroyed, because it could never be asked to shut down: shut it down by hand");
        report.Tell(domain.Name, Stage.Working, "is being destroyed");
        var outcome = await commands.InAsync(() => toolstack.DestroyAsync(domain, within)).ConfigureAwait(false);
        if (!await view.UntilAsync(now => now.IsGone(domain), within ?? ForReboot).ConfigureAwait(false))
            return Next(domain, $"could not be destroyed: {outcome.Fault ?? "it does not go away"}");
        if (step.Image is null)
            return (true, "was destroyed: nothing else had stopped it");
        if (step.Image.Place == ImagePlace.Saving)
            return Saved(domain, step.Image.File);
        saves!.Move(step.Image, ImageMove.Return);
        return (true, "waits in its image again");
    }

    // If a failed save has ended the xl of a guest, no xl removes the guest's domain after a shutdown.
    async Task BuryAsync(XlDomain domain)
    {
        var now = await view.NowAsync().ConfigureAwait(false);
        if (now.Of(domain) is { State: XlDomainState.ShutDown } over && !now.Watched.Contains(domain.Name))
            await toolstack.DestroyAsync(over, ForReboot).ConfigureAwait(false);
    }

    // The guest's present domain. Waits for a guest that reboots. Null: the guest is gone.
    async Task<XlDomain?> CurrentAsync(XlDomain domain)
    {
        DomainView.Seen? seen = null;
        await view.UntilAsync(now => (seen = now).IsGone(domain) || now.Of(domain) is not null, ForReboot).ConfigureAwait(false);
        return seen!.IsGone(domain) ? null : seen.Of(domain);
    }

    (bool, string) Next(XlDomain domain, string why)
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
