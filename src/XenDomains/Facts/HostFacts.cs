using XenDomains.Configuration;

namespace XenDomains.Facts;

/// <summary>The input of a plan: what is wanted, and what exists.</summary>
/// <param name="Left">Entries of the folder of configurations that are no configurations.</param>
/// <param name="Rebooting">
/// Names of guests whose xl waits for their end or starts them again. They count as running even if there is no domain at this moment.
/// </param>
/// <param name="BeingSaved">Names of guests that an xl saves or restores now.</param>
sealed record HostFacts(
    DomainsConfig Config,
    IReadOnlyList<GuestConfig> Auto,
    IReadOnlyList<(string Path, string Why)> Left,
    IReadOnlyList<XlDomain> Domains,
    IReadOnlySet<string> Rebooting,
    IReadOnlySet<string> BeingSaved,
    IReadOnlyList<SavedImage> Images)
{
    /// <summary>
    /// One configuration for each name, in the order of the files. Of several with one name, the first without a fault counts. If all have
    /// faults, the first counts.
    /// </summary>
    internal IReadOnlyList<GuestConfig> Guests =>
        [.. from config in Auto
            where config.Name is not null
            group config by config.Name into same
            select same.FirstOrDefault(config => config.Fault is null) ?? same.First()];

    /// <summary>The folder of configurations does not exist or cannot be read, so it is unknown which guests start with the host.</summary>
    internal bool IsAutoUnknown { get; init; }

    /// <summary>Paths of the images from which guests that still run were restored, as far as their xl shows it.</summary>
    internal IReadOnlySet<string> RestoredFrom { get; init; } = new HashSet<string>();

    /// <summary>A system other than xendomains that starts and stops this host's guests; null: there is none.</summary>
    internal GuestOwner? Owner { get; init; }
}
