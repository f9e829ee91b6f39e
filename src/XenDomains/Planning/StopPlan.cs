using XenDomains.Configuration;

namespace XenDomains.Planning;

/// <summary>What a stop does: which domains, each by which ways, and who waits until whom is gone. The reverse of a start's order.</summary>
static class StopPlan
{
    /// <param name="only">Names of guests that are to stop, whatever XENDOMAINS_AUTO_ONLY says; null: those that it means.</param>
    /// <param name="ways">How they are to stop, instead of what the settings say.</param>
    internal static Plan<StopStep> Make(Facts facts, IReadOnlySet<string>? only = null, IReadOnlyList<StopWay>? ways = null)
    {
        var remarks = new List<string>(facts.Config.Faults);
        var byName = new Dictionary<string, GuestConfig>(StringComparer.Ordinal);
        foreach (var config in facts.Auto)
            if (config.Name is not null)
                byName.TryAdd(config.Name, config);
        var steps = new List<StopStep>();
        foreach (var domain in facts.Domains.OrderByDescending(domain => Notes(domain.Name).Priority).ThenByDescending(domain => domain.Id))
            steps.Add(Step(facts, domain, byName.GetValueOrDefault(domain.Name), only, ways));
        return new(InOrder(steps, Notes, remarks), remarks);

        GuestNotes Notes(string name) => byName.GetValueOrDefault(name)?.Notes ?? GuestNotes.None;
    }

    static StopStep Step(Facts facts, Domain domain, GuestConfig? config, IReadOnlySet<string>? only, IReadOnlyList<StopWay>? ways)
    {
        if (only is not null ? !only.Contains(domain.Name) : facts.Config.AutoOnly && config is null)
            return new(domain, [], only is not null ? "it was not asked for" : "its configuration is not among those that start with the host (XENDOMAINS_AUTO_ONLY)");
        if (facts.BeingSaved.Contains(domain.Name))
            return new(domain, [], "another xl saves, migrates or restores it right now") { IsFault = true };
        var half = facts.Images.FirstOrDefault(image => image.Name == domain.Name && image.Place == ImagePlace.Saving);
        switch (domain.State)
        {
            case DomainState.Dying:
                return new(domain, [], "it is ending");
            case DomainState.Suspended when half is { Fault: null }:
                return new(domain, [new(StopWay.Destroy, facts.Config.MaxWait)], "its save was complete when xl ended") { Image = half };
            case DomainState.Suspended when half is not null && ways is null:
                return new(domain, facts.Config.Destroys ? [new(StopWay.Destroy, facts.Config.MaxWait)] : [], "its save was interrupted, and it cannot go on from there");
            case DomainState.Paused when !facts.Rebooting.Contains(domain.Name) && facts.Images.FirstOrDefault(image => image.Name == domain.Name && image.Place == ImagePlace.Restoring) is { } restoring:
                return new(domain, [new(StopWay.Destroy, facts.Config.MaxWait)], "its restore was interrupted before it ran") { Image = restoring };
            case DomainState.Suspended:
                return new(domain, [], "somebody has suspended it");
            case DomainState.ShutDown or DomainState.Crashed when !facts.Rebooting.Contains(domain.Name):
                return new(domain, [], "it has ended, and is kept to be looked at");
        }
        var tries = (ways ?? config?.Notes.Stop ?? Ways(facts.Config)).Where(way => IsPossible(way, facts.Config)).Select(way => new StopTry(way, Within(way))).ToList();
        return new(domain, tries, tries.Count == 0 ? "no way to stop it is switched on" : "")
        {
            IsFault = tries.Count == 0 && (ways is not null || only is not null),
            Moves = tries.Count == 0 ? [] : [.. facts.Images.Where(image => image.Name == domain.Name && (image.Place is ImagePlace.Saved or ImagePlace.Restoring or ImagePlace.Failed)).Select(image => new ImageStep(image, ImageMove.SetAside, "its guest went on without it"))],
        };

        TimeSpan? Within(StopWay way) => config is not null && config.Notes.Within.TryGetValue(way, out var own) ? own : facts.Config.MaxWait;
    }

    // Upstream's order; a guest's own list may leave out and reorder, and what has no setting to go by cannot be done.
    static IEnumerable<StopWay> Ways(DomainsConfig config) =>
        from way in (StopWay[])[StopWay.SysRq, StopWay.Migrate, StopWay.Save, StopWay.Shutdown, StopWay.Destroy]
        where way switch
        {
            StopWay.Shutdown => config.Shutdown is not null,
            StopWay.Destroy => config.Destroys,
            _ => true,
        }
        select way;

    static bool IsPossible(StopWay way, DomainsConfig config) => way switch
    {
        StopWay.SysRq => config.SysRq is not "",
        StopWay.Migrate => config.Migrate.Count > 0,
        StopWay.Save => config.SaveFolder is not null,
        _ => true,
    };

    // Who needs another goes first: what a start does after, a stop does before. Who is not stopped is waited for by nobody.
    static List<StopStep> InOrder(List<StopStep> steps, Func<string, GuestNotes> notes, List<string> remarks)
    {
        var acting = steps.Where(step => step.Tries.Count > 0).Select(step => step.Name).ToHashSet(StringComparer.Ordinal);
        var needed = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string name in acting)
            foreach (string before in notes(name).Requires.Concat(notes(name).After).Where(acting.Contains))
                (needed.TryGetValue(before, out var list) ? list : needed[before] = []).Add(name);
        var (sorted, waits) = Order.Sort([.. steps.Select(step => step.Name).Distinct(StringComparer.Ordinal)], name => needed.GetValueOrDefault(name) ?? [],
            circle => remarks.Add($"{string.Join(" waits for ", circle)}: a circle, and the last does not wait"));
        return [.. sorted.SelectMany(name => steps.Where(step => step.Name == name).Select(step => step with { After = waits[name] }))];
    }
}
