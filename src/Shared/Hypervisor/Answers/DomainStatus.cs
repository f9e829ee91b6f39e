namespace Xen.Hypervisor.Answers;

/// <summary>A domain's state, and which domain it is. The hypervisor uses ids of domains again.</summary>
/// <param name="State">Whether it exists and runs.</param>
/// <param name="UniqueId">Differs between two domains that had the same id. It is 0 before Xen 4.21, which has no such number.</param>
public readonly record struct DomainStatus(DomainState State, ulong UniqueId);
