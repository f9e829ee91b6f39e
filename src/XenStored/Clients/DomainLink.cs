namespace XenStored.Clients;

/// <summary>How the daemon reaches an introduced domain, so that another process can reach it as well.</summary>
/// <param name="Port">The domain's own event channel.</param>
/// <param name="Slot">Where the indices of its ring are; null if there was no slot left.</param>
/// <param name="UniqueId">The hypervisor's id of the domain, which is not used again; 0 before Xen 4.21.</param>
readonly record struct DomainLink(uint Port, int? Slot, ulong UniqueId);
