namespace XenConsoled.Core;

/// <summary>Who a domain is. Two domains that had the same id differ in one of the others.</summary>
/// <param name="UniqueId">The hypervisor's; 0 before Xen 4.21.</param>
/// <param name="Handle">The toolstack's UUID.</param>
readonly record struct DomainIdentity(ushort Domid, ulong UniqueId, Guid Handle)
{
    /// <summary>
    /// Whether both are one domain. A toolstack may give a living domain another UUID; the hypervisor's id is for good, where it tells one.
    /// </summary>
    internal bool IsSame(in DomainIdentity other) =>
        Domid == other.Domid && UniqueId == other.UniqueId && (UniqueId != 0 || Handle == other.Handle);
}
