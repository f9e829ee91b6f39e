using XenDomains.Facts;

namespace XenDomains.Reports;

/// <summary>A guest's state, for programs: on the bus, and in the JSON of a status.</summary>
/// <param name="Id">The number of its domain; -1 while there is none.</param>
/// <param name="State">The state of its domain (running, paused, suspended, shutdown, crashed, dying), or rebooting or absent.</param>
/// <param name="StartsWithHost">Its configuration is in the folder of guests that start with the host.</param>
/// <param name="Memory">The memory of its domain in bytes; 0 while there is none.</param>
sealed record GuestState(string Name, int Id, string State, bool StartsWithHost, ulong Memory)
{
    /// <summary>Each domain that is a guest, and each guest without a domain that starts with the host.</summary>
    internal static IReadOnlyList<GuestState> Of(HostFacts facts)
    {
        var auto = facts.Auto.Select(config => config.Name).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return
        [
            .. facts.Domains.Select(domain => new GuestState(domain.Name, domain.Id, domain.State.ToString().ToLowerInvariant(),
                auto.Contains(domain.Name), (ulong)domain.Memory << 20)),
            .. auto.Where(name => facts.Domains.All(domain => domain.Name != name))
                .Select(name => new GuestState(name, -1, facts.Rebooting.Contains(name) ? "rebooting" : "absent", true, 0)),
        ];
    }
}
