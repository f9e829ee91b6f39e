using XenDomains.Configuration;
using XenDomains.Facts;

namespace XenDomains.Execution;

/// <summary>What starts and stops must know of the host and wait for, and the host's clock.</summary>
interface IDomainsHost
{
    /// <summary>
    /// A sentence about a disk or network of the guest that dom0 serves but does not have yet; null if dom0 has all. Only the toolstack
    /// knows whether the guest needs it.
    /// </summary>
    string? Missing(GuestConfig config);

    /// <summary>What the guest's own comments wait for and is missing; null if nothing is.</summary>
    string? Awaited(GuestConfig config);

    /// <summary>
    /// All that a guest's configuration needs and the host lacks or has in a wrong state, a sentence each without the guest's name. Waits
    /// for nothing.
    /// </summary>
    IReadOnlyList<string> Problems(GuestConfig config);

    /// <summary>Whether a guest is ready for the guests that need it.</summary>
    Task<bool> IsReadyAsync(XlDomain domain, ReadyRule readiness);

    DateTime Now { get; }

    Task PauseAsync(TimeSpan time, CancellationToken cancellation);
}
