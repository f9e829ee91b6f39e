using XenDomains.Configuration;
using XenDomains.Planning;

namespace XenDomains.Work;

/// <summary>What the host has and how its guests are, as far as starts and stops wait for it; and its time.</summary>
interface IHost
{
    /// <summary>What a guest needs and the host does not have yet, in a sentence; null if it has all.</summary>
    string? Missing(GuestConfig config);

    /// <summary>Whether a guest is of use to those that need it.</summary>
    Task<bool> IsReadyAsync(Domain domain, Readiness readiness);

    DateTime Now { get; }

    Task PauseAsync(TimeSpan time, CancellationToken cancellation);
}
