namespace XenConsoled.Core;

/// <summary>The identity of a domain. Two domains that had the same id differ in one of the other values.</summary>
/// <param name="UniqueId">The hypervisor's number of the domain; 0 before Xen 4.21.</param>
/// <param name="Handle">The toolstack's UUID.</param>
readonly record struct DomainIdentity(ushort Domid, ulong UniqueId, Guid Handle)
{
    /// <summary>
    /// Whether both are one domain. A toolstack may change the UUID of a living domain. The hypervisor's unique id, if there is one, never
    /// changes.
    /// </summary>
    internal bool IsSame(in DomainIdentity other) =>
        Domid == other.Domid && UniqueId == other.UniqueId && (UniqueId != 0 || Handle == other.Handle);
}
