using XenDomains.Configuration;

namespace XenDomains.Facts;

/// <summary>All that a plan is made of: what is wanted, and what is there.</summary>
/// <param name="Left">Entries of the folder of configurations that are none.</param>
/// <param name="Rebooting">
/// Names of guests whose xl waits for their end or starts them again: they run, whether or not a domain is there this moment.
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
    /// The configuration that counts of each name, in the order of their files: of several the first without a fault, and the first where
    /// all have one.
    /// </summary>
    internal IReadOnlyList<GuestConfig> Guests =>
        [.. from config in Auto
            where config.Name is not null
            group config by config.Name into same
            select same.FirstOrDefault(config => config.Fault is null) ?? same.First()];

    /// <summary>The folder of configurations is not there or cannot be read: nobody knows which guests start with the host.</summary>
    internal bool IsAutoUnknown { get; init; }

    /// <summary>Who, beside xendomains, starts and stops the guests of this host; null: nobody.</summary>
    internal GuestOwner? Owner { get; init; }
}
