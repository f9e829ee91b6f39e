using XenDomains.Configuration;
using XenDomains.Facts;

namespace XenDomains.Execution;

/// <summary>What the host has and how its guests are, as far as starts and stops wait for it; and its time.</summary>
interface IDomainsHost
{
    /// <summary>
    /// What of a guest's disks and networks dom0 serves and does not have yet, in a sentence; null if it has all. Whether it is needed, the
    /// toolstack knows.
    /// </summary>
    string? Missing(GuestConfig config);

    /// <summary>What a guest's own comments want to be there before, and is not; null if all is.</summary>
    string? Awaited(GuestConfig config);

    /// <summary>
    /// All that a guest's configuration needs and the host does not have as it should, a sentence each without the guest's name; nothing is
    /// waited for.
    /// </summary>
    IReadOnlyList<string> Problems(GuestConfig config);

    /// <summary>Whether a guest is of use to those that need it.</summary>
    Task<bool> IsReadyAsync(XlDomain domain, ReadyRule readiness);

    DateTime Now { get; }

    Task PauseAsync(TimeSpan time, CancellationToken cancellation);
}
