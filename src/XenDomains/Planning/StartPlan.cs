using System.Globalization;
using XenDomains.Facts;
using XenDomains.Planning.Steps;

namespace XenDomains.Planning;

/// <summary>
/// Plans a start from what is wanted and what exists. Its rules: a running guest is left alone. A guest with an image is restored from it
/// or not started at all. An image is used once, and never over disks that were used since it was made.
/// </summary>
static class StartPlan
{
    /// <param name="discards">Names of guests to start without their images; an empty name stands for all.</param>
    /// <param name="only">Names of the guests to start; null: all that start with the host.</param>
    internal static Plan<StartStep> Make(HostFacts facts, IReadOnlySet<string>? discards = null, IReadOnlySet<string>? only = null)
    {
        var remarks = new List<string>(facts.Config.Faults);
        remarks.AddRange(facts.Left.Select(entry => $"{entry.Path} {entry.Why}: it is not started"));
        remarks.AddRange(facts.Auto.SelectMany(config => config.Remarks));
        var byName = facts.Guests.ToDictionary(config => config.Name!, StringComparer.Ordinal);
        var steps = new List<StartStep>();
        foreach (var config in facts.Auto)
            if (config.Name is null)
                steps.Add(new(config.File, config, StartAction.Blocked, config.Fault ?? "its configuration has no name"));
            else if (byName[config.Name] != config)
                remarks.Add($"{config.File} has the name {config.Name} of {byName[config.Name].File}: it is not started");
        var names = facts.Guests.OrderBy(config => config.Annotations.Priority).Select(config => config.Name!)
            .Concat(facts.Images.Where(image => image.Place != ImagePlace.Stale).Select(image => image.Name).Order(StringComparer.Ordinal))
            .Distinct(StringComparer.Ordinal);
        foreach (string name in names)
            steps.Add(Step(facts, name, byName.GetValueOrDefault(name),
                discards is not null && (discards.Contains(name) || discards.Contains(""))));
        if (only is not null)
        {
            steps.RemoveAll(step => step.Action != StartAction.Keep && !only.Contains(step.Name));
            steps.AddRange(only.Where(name => !steps.Exists(step => step.Name == name))
                .Select(name => new StartStep(name, null, StartAction.Blocked, "there is neither a configuration nor an image of it")));
        }
        return new(InOrder(facts, steps, remarks), remarks);
    }

    static StartStep Step(HostFacts facts, string name, GuestConfig? config, bool discards)
    {
        var images = facts.Images.Where(image => image.MayBeOf(name)).ToList();
        var moves = new List<ImageStep>();
        StartStep Do(StartAction action, string why) => new(name, config, action, why) { Moves = moves };

        if (facts.BeingSaved.Contains(name))
            return Do(StartAction.Blocked, "another xl saves or restores it right now");
        var domain = facts.Domains.FirstOrDefault(one => one.Name == name && one.State != XlDomainState.Dying);
        // A domain that is suspended beside its image is no guest. Neither is one that no xl watches and that is paused beside the image
        // from which it was being restored.
        bool isHalf = domain?.State switch
        {
            XlDomainState.Suspended => images.Exists(image => image.Place is ImagePlace.Saving or ImagePlace.Saved),
            XlDomainState.Paused => !facts.Rebooting.Contains(name) && images.Exists(image => image.Place == ImagePlace.Restoring),
            _ => false,
        };
        if (isHalf)
            return FromHalf(facts, domain!, images, Do);
        if (domain is not null || facts.Rebooting.Contains(name))
            return Running(facts, name, domain, moves, Do);
        if (facts.Domains.FirstOrDefault(one => one.Migrates == name) is { } moving)
            return Do(StartAction.Blocked,
                string.Create(CultureInfo.InvariantCulture,
                    $"a migration of it is under way, in domain {moving.Id} ({moving.Name}), or was left there:"
                    + $" it may run on the other host"));
        return Absent(facts, config, discards, images, moves, Do);
    }

    // Restores the only usable image in place of a domain that is no guest, or blocks the start.
    static StartStep FromHalf(HostFacts facts, XlDomain half, List<SavedImage> images, Func<StartAction, string, StartStep> act)
    {
        var usable = images.Where(image => image.Place is ImagePlace.Saving or ImagePlace.Saved or ImagePlace.Restoring)
            .Where(image => image.Fault is null && image.Disks != DiskVerdict.Changed).ToList();
        bool isPaused = half.State == XlDomainState.Paused;
        if (usable is [var whole] && facts.Config.Restores)
            return act(StartAction.Restore,
                isPaused ? "its restore was interrupted before the guest ran" : "its save was complete when xl ended")
                with
            { Ends = half, Image = whole };
        return act(StartAction.Blocked,
            $"its {(isPaused ? "restore" : "save")} was interrupted, and it cannot go on from there:"
            + $" xl destroy {half.Id} gives it up, and the next start creates it again");
    }

    static StartStep Running(
        HostFacts facts, string name, XlDomain? domain, List<ImageStep> moves, Func<StartAction, string, StartStep> act)
    {
        // Between two domains of a guest only the images of what has begun are looked at.
        moves.AddRange(Overtaken.Moves(facts, name)
            .Where(move => domain is not null || move.Image.Place is ImagePlace.Restoring or ImagePlace.Saving));
        return domain switch
        {
            null => act(StartAction.Keep, "it reboots right now"),
            { State: XlDomainState.ShutDown or XlDomainState.Crashed or XlDomainState.Suspended } =>
                act(StartAction.Blocked, string.Create(CultureInfo.InvariantCulture,
                    $"its domain {domain.Id} has {Became(domain.State)} and is still there: xl destroy {domain.Id} frees its name")),
            _ =>
                act(StartAction.Keep,
                    string.Create(CultureInfo.InvariantCulture,
                        $"it runs as domain {domain.Id}{(domain.State == XlDomainState.Paused ? ", paused" : "")}")),
        };
    }

    static string Became(XlDomainState state) =>
        state == XlDomainState.Crashed ? "crashed" : state == XlDomainState.Suspended ? "been suspended" : "shut down";

    static StartStep Absent(HostFacts facts, GuestConfig? config, bool discards, List<SavedImage> images, List<ImageStep> moves,
        Func<StartAction, string, StartStep> act)
    {
        foreach (var half in images.Where(image => image.IsHalf))
            moves.Add(new(half, ImageMove.Remove, "it was never whole: " + half.Fault));
        var usable = images.Where(image =>
            image.Place is ImagePlace.Failed or ImagePlace.Restoring or ImagePlace.Saved or ImagePlace.Saving
                && !moves.Exists(move => move.Image == image))
            .ToList();
        // Not even --discard decides whose it is.
        if (usable.Find(image => image.OtherNames.Count > 0) is { } unclear)
            return act(StartAction.Blocked,
                $"{unclear.File} is an image of {string.Join(" or of ", unclear.OtherNames.Prepend(unclear.Name))}: it does not name its"
                + " guest, and its file name has these meanings. xl restore restores it; or move it away");
        if (discards)
            moves.AddRange(usable.Select(image => new ImageStep(image, ImageMove.Remove, "--discard gives it up")));
        else if (usable.Count > 0)
            return FromImage(facts, usable, moves, act);
        return config is null ? act(StartAction.Blocked, "it has no configuration among those that start")
            : config.Fault is { } fault ? act(StartAction.Blocked, fault)
            : act(StartAction.Create, "it is among those that start with the host");
    }

    static StartStep FromImage(HostFacts facts, List<SavedImage> usable, List<ImageStep> moves, Func<StartAction, string, StartStep> act)
    {
        const string Anew = "start --discard starts the guest without it";
        if (usable.Find(image => image.Place == ImagePlace.Failed) is { } failed)
            return act(StartAction.Blocked, $"its image {failed.File} could not be restored; {Anew}");
        if (usable.Count > 1)
            return act(StartAction.Blocked,
                $"there are {usable.Count} images of it ({string.Join(", ", usable.Select(image => image.File))}), and one is right:"
                + " move the others away");
        var image = usable[0];
        string? fault = image.Fault is { } broken ? broken
            : image.Disks == DiskVerdict.Changed ? $"its disk {image.Changed} was used after it was made"
            : image is { Place: ImagePlace.Restoring, Disks: DiskVerdict.Unknown }
                ? "a restore of it was interrupted, and it is not known whether the guest ran from it"
            : null;
        if (fault is not null)
        {
            moves.Add(new(image, ImageMove.Quarantine, fault));
            return act(StartAction.Blocked, $"its image is not restored: {fault}; {Anew}");
        }
        if (!facts.Config.Restores)
            return act(StartAction.Blocked, $"XENDOMAINS_RESTORE is false, and its image {image.File} is there; {Anew}");
        return act(StartAction.Restore, image.Place switch
        {
            ImagePlace.Saving => "its save was complete when xl ended",
            ImagePlace.Restoring => "a restore of it was interrupted before the guest ran",
            _ => string.Create(CultureInfo.InvariantCulture, $"it was saved on {image.At:yyyy-MM-dd HH:mm}"),
        }) with
        { Image = image };
    }

    static List<StartStep> InOrder(HostFacts facts, List<StartStep> steps, List<string> remarks)
    {
        var byName = steps.ToDictionary(step => step.Name, StringComparer.Ordinal);
        var (sorted, waits) = Order.Sort([.. byName.Keys], Before,
            circle => remarks.Add($"{string.Join(" waits for ", circle)}: a circular dependency, and the last one does not wait"));
        return [.. sorted.Select(name => WithNeeds(byName[name], waits[name], remarks, IsKnown))];

        IEnumerable<string> Before(string name) => byName[name].Annotations.Requires
            .Concat(byName[name].AllBackends).Concat(byName[name].Annotations.After);

        bool IsKnown(string needed) => byName.ContainsKey(needed) || facts.Rebooting.Contains(needed)
            || facts.Domains.Any(domain => domain.Name == needed && domain.State == XlDomainState.Running);
    }

    // xl refuses a guest whose devices come from a domain that is missing. A new guest may still be tried. A restore would quarantine the
    // image.
    static StartStep WithNeeds(StartStep step, List<string> waits, List<string> remarks, Func<string, bool> isKnown)
    {
        const string Absent = "which neither runs nor is to be started";
        var backends = step.AllBackends.ToList();
        string? why = step.Action is not (StartAction.Create or StartAction.Restore) ? null
            : step.Annotations.Requires.FirstOrDefault(name => !isKnown(name)) is { } missing ? $"it requires {missing}, {Absent}"
            : backends.Find(name => !isKnown(name)) is not { } backend ? null
            : step.Action == StartAction.Restore ? $"its devices come from {backend}, {Absent}; its image waits"
            : null;
        if (why is not null)
            step = step with { Action = StartAction.Blocked, Why = why, Moves = [], Image = null, Ends = null };
        else if (step.Action == StartAction.Create)
            remarks.AddRange(backends.Where(name => !isKnown(name))
                .Select(name => $"{step.Name}: its devices come from {name}, {Absent}: xl is asked all the same"));
        return step with
        {
            After = waits,
            Requires = [.. waits.Where(step.Annotations.Requires.Contains)],
            Backends = [.. waits.Where(backends.Contains).Except(step.Annotations.Requires)]
        };
    }
}
