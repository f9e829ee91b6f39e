using System.Globalization;
using XenDomains.Configuration;
using XenDomains.Images;
using XenDomains.Planning;
using XenDomains.Toolstack;

namespace XenDomains.Work;

/// <summary>Does what a plan for a start says. Whenever it is broken off, the next plan finds where: in the domains and in the places of images.</summary>
sealed class Starting(DomainsConfig config, IToolstack toolstack, ISaveFolder? saves, IHost host, IReport report, Slots slots, CancellationToken cancellation)
{
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1), FirstPause = TimeSpan.FromSeconds(2), ForEnd = TimeSpan.FromSeconds(60), ForStart = TimeSpan.FromSeconds(300);

    readonly DomainView view = new(toolstack, host);

    /// <summary>Starts what is to be started; whether all went well.</summary>
    internal async Task<bool> RunAsync(Plan<StartStep> plan)
    {
        foreach (var step in plan.Steps.Where(step => step.Action is StartAction.Create or StartAction.Restore))
            report.Tell(step.Name, Stage.Queued, step.After.Count == 0 ? "waits for its turn" : $"waits for {string.Join(", ", step.After)}");
        var ended = await Turns.RunAsync(plan.Steps, step => step.Name, step => step.After, StepAsync).ConfigureAwait(false);
        return ended.Values.All(went => went);
    }

    async Task<bool> StepAsync(StartStep step, IReadOnlyDictionary<string, bool> before)
    {
        try
        {
            foreach (var move in step.Moves)
                saves!.Move(move.Image, move.Move);
            if (step.Action == StartAction.Hold)
                return Failed(step, $"is not started: {step.Why}");
            if (step.Action is not StartAction.Keep && step.Requires.FirstOrDefault(name => before.TryGetValue(name, out bool went) && !went) is { } missing)
                return Failed(step, $"is not started: it requires {missing}");
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ToolstackException)
        {
            return Failed(step, $"is not started: {e.Message}");
        }
    }

    async Task<bool> CreateAsync(StartStep step)
    {
        var limit = step.Notes.StartWithin ?? ForStart;
        return await HasAllAsync(step).ConfigureAwait(false)
            && await TryAsync(step, "is being created", () => toolstack.CreateAsync(step.Name, step.Config!.File, limit)).ConfigureAwait(false);
    }

    async Task<bool> RestoreAsync(StartStep step)
    {
        if (step.Ends is { } over)
        {
            await toolstack.DestroyAsync(over, ForEnd).ConfigureAwait(false);
            if (!await view.UntilAsync(now => now.IsGone(over), ForEnd, cancellation).ConfigureAwait(false))
                return Failed(step, $"is not restored: its domain {over.Id} does not go away");
        }
        if (!await HasAllAsync(step).ConfigureAwait(false))
            return false; // the image stays where it was
        var image = step.Image!;
        if (step.Moves.FirstOrDefault(move => move.Image == image) is { Move: ImageMove.Adopt })
            image = saves!.Images().First(one => one.Name == step.Name && one.Place == ImagePlace.Saved);
        string file = saves!.BeginRestore(image);
        image = image with { File = file, Place = ImagePlace.Restoring };
        bool runs = await TryAsync(step, $"is being restored ({image.Bytes >> 20} MiB)", () => toolstack.RestoreAsync(step.Name, file, step.Notes.StartWithin ?? ForStart)).ConfigureAwait(false);
        saves!.Move(image, runs ? ImageMove.Remove : ImageMove.Quarantine);
        return runs;
    }

    // Tries again after pauses; a guest that somebody else has started meanwhile is never started twice.
    async Task<bool> TryAsync(StartStep step, string doing, Func<Task<Outcome>> start)
    {
        int left = step.Notes.Retries ?? config.Retries;
        for (var pause = FirstPause; ; pause += pause)
        {
            var outcome = await slots.InAsync(async () =>
            {
                if ((await view.NowAsync().ConfigureAwait(false)).Runs(step.Name))
                    return new Outcome("it runs already");
                report.Tell(step.Name, Stage.Working, doing);
                return await start().ConfigureAwait(false);
            }, cancellation).ConfigureAwait(false);
            if (outcome.IsDone)
                return true;
            if ((await view.NowAsync().ConfigureAwait(false)).Runs(step.Name))
                return true;
            if (left-- == 0)
                return Failed(step, $"is not started: {outcome.Fault}");
            report.Tell(step.Name, Stage.Waiting, string.Create(CultureInfo.InvariantCulture, $"is tried again in {pause.TotalSeconds:0} s: {outcome.Fault}"));
            await host.PauseAsync(pause, cancellation).ConfigureAwait(false);
        }
    }

    async Task<bool> HasAllAsync(StartStep step)
    {
        if (step.Config is null)
            return true;
        var deadline = host.Now + (step.Notes.WaitWithin ?? config.WaitWithin);
        string? told = null;
        while (host.Missing(step.Config) is { } missing)
        {
            if (host.Now >= deadline)
                return Failed(step, $"is not started: {missing}");
            if (missing != told)
                report.Tell(step.Name, Stage.Waiting, $"waits: {told = missing}");
            await host.PauseAsync(LookAgain, cancellation).ConfigureAwait(false);
        }
        return true;
    }

    async Task<bool> ReadyAsync(StartStep step)
    {
        // What a restored guest wrote into the store is gone with its domain before, and it does not write it again: it goes on where it was.
        if ((step is { Action: StartAction.Restore, Notes.Ready: Readiness.Node } ? new Readiness.Drivers() : step.Notes.Ready) is { } ready)
        {
            report.Tell(step.Name, Stage.Working, $"is started, and not ready yet ({ready})");
            for (var deadline = host.Now + step.Notes.ReadyWithin; ; await host.PauseAsync(LookAgain, cancellation).ConfigureAwait(false))
            {
                if ((await view.NowAsync().ConfigureAwait(false)).Named(step.Name) is { } domain && await host.IsReadyAsync(domain, ready).ConfigureAwait(false))
                    break;
                if (host.Now >= deadline)
                    return Failed(step, $"runs, and is not ready after {step.Notes.ReadyWithin.TotalSeconds:0} s ({ready})");
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
