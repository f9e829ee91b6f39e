using System.Globalization;
using XenDomains.Configuration;
using XenDomains.Facts;
using XenDomains.Images;
using XenDomains.Planning;
using XenDomains.Planning.Steps;
using XenDomains.Toolstack;

namespace XenDomains.Execution;

/// <summary>
/// Carries out a plan for a start. If it is interrupted, the next plan continues from the domains and the places of images.
/// </summary>
sealed class Starting(DomainsConfig config, IToolstack toolstack, ISaveFolder? saves, IDomainsHost host, IReport report,
    ConcurrencyLimit commands, CancellationToken cancellation)
{
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1), FirstPause = TimeSpan.FromSeconds(2), ForEnd = TimeSpan.FromSeconds(60);
    static readonly TimeSpan ForCreate = TimeSpan.FromSeconds(300), ForRestore = TimeSpan.FromHours(1); // xl restores one at a time

    readonly DomainView view = new(toolstack, host);

    /// <summary>Carries out the plan; true if all went well.</summary>
    internal async Task<bool> RunAsync(Plan<StartStep> plan)
    {
        foreach (var step in plan.Steps.Where(step => step.Action is StartAction.Create or StartAction.Restore))
            report.Tell(step.Name, Stage.Queued,
                step.After.Count == 0 ? "waits for its turn" : $"waits for {string.Join(", ", step.After)}");
        var ended = await StepRunner.RunAsync(plan.Steps, step => step.Name, step => step.After, StepAsync).ConfigureAwait(false);
        return ended.Values.All(went => went);
    }

    async Task<bool> StepAsync(StartStep step, IReadOnlyDictionary<string, bool> before)
    {
        try
        {
            foreach (var move in step.Moves)
                saves!.Move(move.Image, move.Move);
            if (step.Action == StartAction.Blocked)
                return Failed(step, $"is not started: {step.Why}");
            if (step.Action is not StartAction.Keep
                && step.Requires.FirstOrDefault(name => before.TryGetValue(name, out bool went) && !went) is { } missing)
                return Failed(step, $"is not started: it requires {missing}");
            foreach (string backend in step.Action is StartAction.Keep ? []
                : step.Backends.Where(name => before.TryGetValue(name, out bool went) && !went))
                if (!await MayDoWithoutAsync(step, backend).ConfigureAwait(false))
                    return Failed(step, $"is not started: its devices come from {backend}");
            cancellation.ThrowIfCancellationRequested();
            return step.Action switch
            {
                StartAction.Keep => true,
                StartAction.Restore => await RestoreAsync(step).ConfigureAwait(false),
                _ => await CreateAsync(step).ConfigureAwait(false),
            } && await ReadyAsync(step).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Failed(step, "is not started: the start was given up");
        }
        catch (Exception e) // the edge of this guest's task: no failure may stop another guest
        {
            return Failed(step, $"is not started: {e.Message}");
        }
    }

    // The backend runs, but is not as ready as it should be. xl knows better whether that suffices. Only a failed restore would cost more
    // than time.
    async Task<bool> MayDoWithoutAsync(StartStep step, string backend)
    {
        if (step.Action == StartAction.Restore || !(await view.NowAsync().ConfigureAwait(false)).Runs(backend))
            return false;
        report.Tell(step.Name, Stage.Working, $"is tried all the same: its devices come from {backend}, which is not ready");
        return true;
    }

    async Task<bool> CreateAsync(StartStep step)
    {
        var limit = step.Annotations.StartWithin ?? ForCreate;
        return await HasAllAsync(step).ConfigureAwait(false)
            && await TryAsync(step, "is being created", () => toolstack.CreateAsync(step.Name, step.Config!.File, limit))
                .ConfigureAwait(false);
    }

    async Task<bool> RestoreAsync(StartStep step)
    {
        if (!await HasAllAsync(step).ConfigureAwait(false))
            return false; // the image stays in its place
        if (step.Ends is { } over && !await EndAsync(over).ConfigureAwait(false))
            return Failed(step, $"is not restored: its domain {over.Id} does not go away");
        // The disks may have come only now, and may have been used.
        if (saves!.Again(step.Image!) is not { } image)
            return Failed(step, $"is not restored: its image {step.Image!.File} is gone");
        if (image.Fault is not null || image.Disks == DiskVerdict.Changed)
        {
            saves.Move(image, ImageMove.Quarantine);
            return Failed(step, $"is not restored: {image.Fault ?? $"its disk {image.Changed} was used after its image was made"}");
        }
        bool isBegun = false, isRestored = false;
        bool runs = await TryAsync(step, $"is being restored ({image.Bytes >> 20} MiB)", async () =>
        {
            if (!isBegun)
                image = image with { File = saves.BeginRestore(image), Place = ImagePlace.Restoring };
            isBegun = true;
            var outcome = await toolstack.RestoreAsync(step.Name, image.File, step.Annotations.StartWithin ?? ForRestore)
                .ConfigureAwait(false);
            isRestored = outcome.IsDone;
            return outcome;
        }).ConfigureAwait(false);
        if (isRestored || runs && toolstack.RestoredFrom().Contains(image.File))
            saves.Move(image, ImageMove.Remove);
        else if (runs)
            saves.Move(image, ImageMove.SetAside); // somebody else has started the guest
        else if (isBegun)
            saves.Move(image, ImageMove.Quarantine);
        return runs;
    }

    // Tries again after pauses. If somebody else has started the guest meanwhile, it is not started twice.
    async Task<bool> TryAsync(StartStep step, string doing, Func<Task<ToolstackOutcome>> start)
    {
        int left = step.Annotations.Retries ?? config.Retries;
        for (var pause = FirstPause; ; pause += pause)
        {
            var outcome = await commands.InAsync(async () =>
            {
                if ((await view.NowAsync().ConfigureAwait(false)).Runs(step.Name))
                    return ToolstackOutcome.Done;
                report.Tell(step.Name, Stage.Working, doing);
                return await start().ConfigureAwait(false);
            }, cancellation).ConfigureAwait(false);
            if (outcome.IsDone)
                return true;
            // If xl died or was ended, half a guest is left: it is paused, and no xl watches it.
            var now = await view.NowAsync().ConfigureAwait(false);
            if (now.Named(step.Name) is { State: XlDomainState.Paused } half && !now.Watched.Contains(step.Name))
            {
                if (!await EndAsync(half).ConfigureAwait(false))
                    return Failed(step, $"is not started: {outcome.Fault}; what is left of it, domain {half.Id}, does not go away");
            }
            else if (now.Runs(step.Name))
                return true;
            if (left-- == 0)
                return Failed(step, $"is not started: {outcome.Fault}");
            report.Tell(step.Name, Stage.Waiting,
                string.Create(CultureInfo.InvariantCulture, $"is tried again in {pause.TotalSeconds:0} s: {outcome.Fault}"));
            await host.PauseAsync(pause, cancellation).ConfigureAwait(false);
        }
    }

    // Ends a domain that cannot become a guest any more, if it is still the same domain.
    async Task<bool> EndAsync(XlDomain half)
    {
        if ((await view.NowAsync().ConfigureAwait(false)).Domains.FirstOrDefault(domain => domain.Id == half.Id) is { } now
            && now.State == half.State && now.Name == half.Name)
            await toolstack.DestroyAsync(half, ForEnd).ConfigureAwait(false);
        return await view.UntilAsync(IsGone, ForEnd, cancellation).ConfigureAwait(false);

        bool IsGone(DomainView.Seen now) => now.Domains.All(domain => domain.Id != half.Id || domain.State == XlDomainState.Dying);
    }

    async Task<bool> HasAllAsync(StartStep step)
    {
        if (step.Config is null)
            return true;
        var deadline = host.Now + (step.Annotations.WaitWithin ?? config.WaitWithin);
        string? reported = null;
        while ((host.Awaited(step.Config) ?? host.Missing(step.Config)) is { } missing)
        {
            if (host.Now >= deadline && step.Action == StartAction.Create && host.Awaited(step.Config) is null)
            {
                report.Tell(step.Name, Stage.Waiting, $"is tried all the same: {missing}");
                return true;
            }
            if (host.Now >= deadline)
                return Failed(step, $"is not started: {missing}");
            if (missing != reported)
                report.Tell(step.Name, Stage.Waiting, $"waits: {reported = missing}");
            await host.PauseAsync(LookAgain, cancellation).ConfigureAwait(false);
        }
        return true;
    }

    async Task<bool> ReadyAsync(StartStep step)
    {
        // The node that a restored guest had written went with its earlier domain. The guest continues where it was, and does not write it
        // again.
        bool writesNoNode = step is { Action: StartAction.Restore, Annotations.Ready: ReadyRule.Node };
        if ((writesNoNode ? new ReadyRule.Drivers() : step.Annotations.Ready) is { } ready)
        {
            report.Tell(step.Name, Stage.Working, $"is started, and not ready yet ({ready})");
            var deadline = host.Now + step.Annotations.ReadyWithin;
            for (; ; await host.PauseAsync(LookAgain, cancellation).ConfigureAwait(false))
            {
                if ((await view.NowAsync().ConfigureAwait(false)).Named(step.Name) is { } domain
                    && await host.IsReadyAsync(domain, ready).ConfigureAwait(false))
                    break;
                if (host.Now >= deadline)
                    return Failed(step, $"runs, and is not ready after {step.Annotations.ReadyWithin.TotalSeconds:0} s ({ready})");
            }
        }
        report.Tell(step.Name, Stage.Done, step.Action switch
        {
            StartAction.Keep => step.Why,
            StartAction.Restore => "runs again, restored",
            _ => "runs",
        });
        return true;
    }

    bool Failed(StartStep step, string why)
    {
        report.Tell(step.Name, Stage.Failed, why);
        return false;
    }
}
