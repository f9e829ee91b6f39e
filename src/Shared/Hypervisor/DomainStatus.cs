namespace Xen.Hypervisor;

/// <summary>A domain's state, and who it is: ids of domains are used again.</summary>
/// <param name="State">Whether it exists and runs.</param>
/// <param name="UniqueId">Differs between two domains that had the same id; 0 where the hypervisor does not tell (before Xen 4.21).</param>
public readonly record struct DomainStatus(DomainState State, ulong UniqueId);
