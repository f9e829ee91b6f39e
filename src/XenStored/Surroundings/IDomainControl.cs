using Xen.Protocol.Wire;
using XenStored.Clients;

namespace XenStored.Surroundings;

/// <summary>The effects of a request outside the store, and the questions that only the hypervisor can answer.</summary>
interface IDomainControl
{
    /// <summary>Whether the hypervisor has such a domain.</summary>
    bool Exists(ushort domid);

    /// <summary>
    /// Maps the domain's page and binds its event channel. If the domain is connected already, binds again and empties the rings.
    /// </summary>
    bool Connect(Session session, uint port, out XsError error);

    /// <summary>Unmaps the domain's page and unbinds its event channel.</summary>
    void Disconnect(Session session);
}
