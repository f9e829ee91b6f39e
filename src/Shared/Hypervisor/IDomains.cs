using Xen.Hypervisor.Answers;

namespace Xen.Hypervisor;

/// <summary>The hypervisor's domains. A result below zero is minus an errno.</summary>
public interface IDomains : IDisposable
{
    /// <summary>Reads the state of one domain. False: the hypervisor did not answer, and the domain's state is unknown.</summary>
    bool TryStatus(ushort domid, out DomainStatus status);

    /// <summary>
    /// Takes the next domain that was made, shut down or died since this method last returned it; false when there is none. The
    /// hypervisor reports each change once. So only the process that holds <see cref="Virq.DomainException"/> may call this.
    /// </summary>
    bool TryNextChanged(out ushort domid, out DomainStatus status)
    {
        (domid, status) = (0, default);
        return false;
    }

    /// <summary>Whether <see cref="TryNextChanged"/> works (from Xen 4.21 on). If not, callers must ask for each domain.</summary>
    bool TellsChanges => false;

    /// <summary>Gives a domain its UUID. Returns 0 or minus an errno.</summary>
    int SetHandle(ushort domid, Guid handle);

    /// <summary>Lists all domains by rising id. It empties the list first. Returns their number; on an error the list is empty.</summary>
    int List(List<DomainInfo> into);
}
