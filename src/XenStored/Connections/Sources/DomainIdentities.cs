namespace XenStored.Connections.Sources;

/// <summary>
/// Tells a domain from the one that had the same domid before. Domids are used again; the hypervisor's unique ids are not. Before Xen 4.21
/// all unique ids are 0, and no domain is another.
/// </summary>
sealed class DomainIdentities
{
    readonly Dictionary<ushort, ulong> known = [];

    /// <summary>The store connects this domain: it is the one that has the domid from now on.</summary>
    internal void Connected(ushort domid, ulong uniqueId) => known[domid] = uniqueId;

    /// <summary>The store heard of this domain. If it knows one with the domid already, that one stays known.</summary>
    internal void Met(ushort domid, ulong uniqueId) => known.TryAdd(domid, uniqueId);

    /// <summary>The unique id of the domain that has the domid; 0 if it is not known.</summary>
    internal ulong Of(ushort domid) => known.GetValueOrDefault(domid);

    internal void Forget(ushort domid) => known.Remove(domid);

    /// <summary>Whether another domain than the known one has the domid now.</summary>
    internal bool IsAnother(ushort domid, ulong uniqueId) => known.TryGetValue(domid, out ulong identity) && identity != uniqueId;
}
