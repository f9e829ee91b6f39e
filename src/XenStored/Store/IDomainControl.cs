using Xen.Protocol.Wire;
using XenStored.Clients;

namespace XenStored.Store;

/// <summary>The few effects that a request has outside the store, and the questions that only the hypervisor can answer.</summary>
interface IDomainControl
{
    /// <summary>Whether the hypervisor has such a domain.</summary>
    bool Exists(ushort domid);

    /// <summary>Maps the domain's page and binds its event channel; if it is connected already, binds anew and empties the rings.</summary>
    bool Connect(Session session, uint port, out XsError error);

    /// <summary>Unmaps and unbinds.</summary>
    void Disconnect(Session session);
}
