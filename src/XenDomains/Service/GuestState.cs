using XenDomains.Facts;

namespace XenDomains.Service;

/// <summary>A guest as the bus shows it.</summary>
/// <param name="Id">Its domain's number; -1 while it has none.</param>
/// <param name="State">What its domain does (running, paused, suspended, shutdown, crashed, dying), or rebooting or absent.</param>
/// <param name="StartsWithHost">Its configuration is in the folder of those that start with the host.</param>
/// <param name="Memory">What its domain has, in bytes; 0 while it has none.</param>
sealed record GuestState(string Name, int Id, string State, bool StartsWithHost, ulong Memory)
{
    /// <summary>Each domain that is a guest, and each guest that starts with the host and has none.</summary>
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
