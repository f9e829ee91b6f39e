using System.Globalization;
using XenDomains.Configuration;
using XenDomains.Facts;
using XenDomains.Planning.Steps;

namespace XenDomains.Planning;

/// <summary>
/// Plans a stop: which domains to stop, the ways for each, and which guests must be gone before. The order is the reverse of a start's.
/// </summary>
static class StopPlan
{
    static readonly TimeSpan ForPaused = TimeSpan.FromSeconds(60); // as long as xl itself waits for a guest's answer

    /// <param name="only">Names of guests to stop, whatever XENDOMAINS_AUTO_ONLY says; null: the guests that it means.</param>
    /// <param name="ways">The ways to stop them, instead of those of the settings.</param>
    /// <param name="end">Whether the host goes down. Then a guest that is left alone is cut off, which is a fault.</param>
    internal static Plan<StopStep> Make(HostFacts facts, IReadOnlySet<string>? only = null, IReadOnlyList<StopWay>? ways = null,
        HostEnd end = HostEnd.Unknown)
    {
        var remarks = new List<string>(facts.Config.Faults);
        var byName = facts.Guests.ToDictionary(config => config.Name!, StringComparer.Ordinal);
        var steps = new List<StopStep>();
        foreach (var domain in facts.Domains.OrderByDescending(domain => AnnotationsOf(domain.Name).Priority)
            .ThenByDescending(domain => domain.Id))
        {
            var config = byName.GetValueOrDefault(domain.Name);
            steps.Add(only is not null && !only.Contains(domain.Name) ? new(domain, [], "it was not asked for")
                : config is null && domain.Migrates is not null
                ? OnItsWay(domain, isFault: only is not null || ways is null && end != HostEnd.StaysUp)
                : only is null && facts.Config.AutoOnly && config is null
                && !(facts.IsAutoUnknown && ways is null && end == HostEnd.GoesDown)
                    ? NotOurs(facts, domain, ways, end)
                : Step(facts, domain, config, ways, end, isAsked: only is not null || ways is not null || end != HostEnd.StaysUp));
        }
        return new(InOrder(steps, domain => Needs(domain, byName.GetValueOrDefault(domain.Name)), remarks), remarks);

        Annotations AnnotationsOf(string name) => byName.GetValueOrDefault(name)?.Annotations ?? Annotations.None;
    }

    static IEnumerable<string> Needs(XlDomain domain, GuestConfig? config) =>
        config is null ? domain.Backends
            : config.Annotations.Requires.Concat(config.Annotations.After).Concat(config.Backends).Concat(domain.Backends);

    // Touching the domain would end a migration in its middle, or a guest that runs elsewhere by now.
    static StopStep OnItsWay(XlDomain domain, bool isFault) => new(domain, [], domain.State == XlDomainState.Paused
        ? "it is being received by a migration; once that is over it is a guest: when the host goes down before, the migration is cut off"
        : string.Create(CultureInfo.InvariantCulture,
            $"{domain.Migrates} is being migrated away in it, or runs on the other host by now: `xl destroy {domain.Id}` if it does,"
            + $" and never resume both"))
    { IsFault = isFault };

    // A guest that does not start with the host is left alone when only a service stops.
    static StopStep NotOurs(HostFacts facts, XlDomain domain, IReadOnlyList<StopWay>? ways, HostEnd end)
    {
        const string Not = "its configuration is not among those that start with the host";
        bool isAlive = domain.State is XlDomainState.Running or XlDomainState.Paused or XlDomainState.Suspended
            || domain.State != XlDomainState.Dying && facts.Rebooting.Contains(domain.Name);
        if (ways is not null || end == HostEnd.StaysUp || !isAlive)
            return new(domain, [], $"{Not} (XENDOMAINS_AUTO_ONLY)");
        if (facts.Owner is { } owner && owner.Owns(domain.IsForeign) && (domain.IsForeign || !facts.Config.ShutsDownOthers))
            return new(domain, [], owner.Sentence);
        if (!facts.Config.ShutsDownOthers)
            return new(domain, [],
                $"{Not}, and XENDOMAINS_AUTO_ONLY leaves it alone: when the host goes down it is cut off. XENDOMAINS_AUTO_ONLY=false stops"
                + " it like the others, XENDOMAINS_SHUTDOWN_ALL=--wait shuts it down")
            { IsFault = true };
        return end == HostEnd.GoesDown
            ? new(domain, [new(StopWay.Shutdown, ForShutdown(facts, domain))],
                $"{Not}, and is shut down because the host goes down (XENDOMAINS_SHUTDOWN_ALL)")
            : new(domain, [], $"{Not} (XENDOMAINS_AUTO_ONLY); when the host goes down it is shut down (XENDOMAINS_SHUTDOWN_ALL)");
    }

    static StopStep Step(HostFacts facts, XlDomain domain, GuestConfig? config, IReadOnlyList<StopWay>? ways, HostEnd end, bool isAsked)
    {
        if (facts.BeingSaved.Contains(domain.Name))
            return new(domain, [], "another xl saves, migrates or restores it right now") { IsFault = true };
        return Ended(facts, domain, ways, isAsked) ?? ByWays(facts, domain, config, ways, end, isAsked);
    }

    // The step for a domain that is no guest any more or cannot continue; null: the domain is a guest.
    static StopStep? Ended(HostFacts facts, XlDomain domain, IReadOnlyList<StopWay>? ways, bool isAsked)
    {
        var half = Image(ImagePlace.Saving);
        IReadOnlyList<StopTry> destroy = [new(StopWay.Destroy, facts.Config.MaxWait)];
        switch (domain.State)
        {
            case XlDomainState.Dying:
                return new(domain, [], "it is ending");
            case XlDomainState.Suspended when half is { Fault: null }:
                return new(domain, destroy, "its save was complete when xl ended") { Image = half, MayDestroyUnasked = true };
            case XlDomainState.Suspended when half is not null && ways is null:
                return new(domain, facts.Config.Destroys ? destroy : [],
                    "its save was interrupted, and it cannot go on from there")
                { MayDestroyUnasked = true };
            case XlDomainState.Paused when !facts.Rebooting.Contains(domain.Name) && Image(ImagePlace.Restoring) is { } restoring:
                return new(domain, destroy, "its restore was interrupted before it ran") { Image = restoring, MayDestroyUnasked = true };
            case XlDomainState.Suspended:
                return new(domain, [],
                    isAsked ? "somebody has suspended it, and when the host goes down it is lost: xl resume lets it go on"
                        : "somebody has suspended it")
                { IsFault = isAsked };
            case XlDomainState.ShutDown or XlDomainState.Crashed when !facts.Rebooting.Contains(domain.Name):
                return new(domain, [], "it has ended, and is kept to be looked at");
            default:
                return null;
        }

        SavedImage? Image(ImagePlace place) =>
            domain.IsForeign ? null : facts.Images.FirstOrDefault(image => image.IsOf(domain.Name) && image.Place == place);
    }

    static StopStep ByWays(HostFacts facts, XlDomain domain, GuestConfig? config, IReadOnlyList<StopWay>? ways, HostEnd end, bool isAsked)
    {
        bool hasPci = domain.HasPci || config is { HasPci: true };
        var chosen = Chosen(facts, domain, config, ways, end, hasPci);
        bool mayDestroyUnasked = config?.Annotations.Stop is { } own && own.Contains(StopWay.Destroy) && !own.Contains(StopWay.Shutdown)
            && !chosen.Contains(StopWay.Shutdown);
        if (!chosen.Contains(StopWay.Shutdown) && !mayDestroyUnasked)
            chosen.Remove(StopWay.Destroy); // the guest would not have been asked
        bool isPaused = domain.State == XlDomainState.Paused;
        if (isPaused && !mayDestroyUnasked)
            chosen.Remove(StopWay.Destroy); // the guest is asked, but cannot react
        bool ends = chosen.Exists(way => way != StopWay.SysRq || facts.Config.SysRq.Contains('o', StringComparison.Ordinal));
        string why = domain.IsForeign ? "another toolstack made it, and all that xl can do is to ask it to shut down"
            : hasPci ? "it has PCI devices, and so cannot be saved or migrated" : "";
        if (isPaused)
            why = string.Create(CultureInfo.InvariantCulture,
                $"{(why is "" ? "" : why + "; ")}it is paused, and cannot answer: `xl unpause {domain.Id}` lets it");
        if (!ends)
            why = $"{NoWay()}{(why is "" ? "" : ", for " + why)}{(ways is null ? ": when the host goes down it is cut off" : "")}";
        var tries = chosen.Select(way => new StopTry(way, Within(way))).ToList();
        return new(domain, tries, why)
        {
            IsFault = isAsked && (!ends || isPaused && !mayDestroyUnasked && !chosen.Exists(way => way is StopWay.Save or StopWay.Migrate)),
            MayDestroyUnasked = mayDestroyUnasked,
            Moves = tries.Count == 0 || domain.IsForeign ? [] : [.. Overtaken.Moves(facts, domain.Name)],
        };

        string NoWay() => ways is null && config?.Annotations.Stop is { } list
            ? $"of the ways that its comments name (stop={string.Join(',', list).ToLowerInvariant()})"
            + $" {facts.Config.File} has none switched on"
            : "no way to stop it is switched on";

        TimeSpan? Within(StopWay way) =>
            config is not null && config.Annotations.Within.TryGetValue(way, out var own) ? own
                : way == StopWay.Shutdown ? ForShutdown(facts, domain)
                : facts.Config.MaxWait;
    }

    // The wanted ways that are possible.
    static List<StopWay> Chosen(
        HostFacts facts, XlDomain domain, GuestConfig? config, IReadOnlyList<StopWay>? ways, HostEnd end, bool hasPci)
    {
        var chosen = (ways ?? config?.Annotations.Stop ?? Ways(facts.Config)).Where(way => IsPossible(way, facts.Config)).ToList();
        if (hasPci && chosen.RemoveAll(way => way is StopWay.Save or StopWay.Migrate) > 0 && ways is null && facts.Config.ShutsDown
            && !chosen.Contains(StopWay.Shutdown))
            chosen.Insert(chosen.Contains(StopWay.Destroy) ? chosen.IndexOf(StopWay.Destroy) : chosen.Count, StopWay.Shutdown);
        // A stop uses only the guest's own list. But when the host goes down, the guest would be cut off.
        if (ways is null && end == HostEnd.GoesDown && facts.Config.ShutsDownOthers && !chosen.Contains(StopWay.Shutdown)
            && !chosen.Contains(StopWay.Destroy))
            chosen.Add(StopWay.Shutdown);
        if (domain.IsForeign)
            chosen.RemoveAll(way => way != StopWay.Shutdown);
        return chosen;
    }

    // A guest that cannot run cannot shut down, so there is always a limit for it.
    static TimeSpan? ForShutdown(HostFacts facts, XlDomain domain) =>
        facts.Config.MaxWait ?? (domain.State is XlDomainState.Paused or XlDomainState.Suspended ? ForPaused : null);

    // Upstream's order. A guest's own list may leave out and reorder ways. A way without its setting is impossible.
    static IEnumerable<StopWay> Ways(DomainsConfig config) =>
        from way in (StopWay[])[StopWay.SysRq, StopWay.Migrate, StopWay.Save, StopWay.Shutdown, StopWay.Destroy]
        where way switch
        {
            StopWay.Save => config.Saves,
            StopWay.Shutdown => config.ShutsDown,
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

    // A guest stops before those that it needs: the reverse of a start. No guest waits for a guest that is not stopped.
    static List<StopStep> InOrder(List<StopStep> steps, Func<XlDomain, IEnumerable<string>> needs, List<string> remarks)
    {
        var acting = steps.Where(step => step.Tries.Count > 0).Select(step => step.Name).ToHashSet(StringComparer.Ordinal);
        var needed = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var step in steps.Where(step => step.Tries.Count > 0))
            foreach (string before in needs(step.Domain).Where(acting.Contains))
                (needed.TryGetValue(before, out var list) ? list : needed[before] = []).Add(step.Name);
        var (sorted, waits) = Order.Sort([.. steps.Select(step => step.Name).Distinct(StringComparer.Ordinal)],
            name => needed.GetValueOrDefault(name) ?? [],
            circle => remarks.Add($"{string.Join(" waits for ", circle)}: a circular dependency, and the last one does not wait"));
        return [.. sorted.SelectMany(name => steps.Where(step => step.Name == name).Select(step => step with { After = waits[name] }))];
    }
}
