namespace Xen.Hypervisor;

/// <summary>The hypervisor's domains. Results below zero are minus an errno.</summary>
public interface IDomains : IDisposable
{
    /// <summary>The state of one domain; false if the hypervisor does not answer, which says nothing about the domain.</summary>
    bool TryStatus(ushort domid, out DomainStatus status);

    /// <summary>
    /// The next domain that was made, shut down or died since it was last told here. Only for the process that holds
    /// <see cref="Virq.DomainException"/>: it takes the news from whoever else asks. False when there is none.
    /// </summary>
    bool TryNextChanged(out ushort domid, out DomainStatus status)
    {
        (domid, status) = (0, default);
        return false;
    }

    /// <summary>Whether <see cref="TryNextChanged"/> tells anything (from Xen 4.21 on). Where not, each domain must be asked for.</summary>
    bool TellsChanges => false;

    /// <summary>Gives a domain its UUID; 0 or minus an errno.</summary>
    int SetHandle(ushort domid, Guid handle);

    /// <summary>All domains, by rising id; the list is emptied first. Answers how many, and leaves the list empty on an error.</summary>
    int List(List<DomainInfo> into);
}
