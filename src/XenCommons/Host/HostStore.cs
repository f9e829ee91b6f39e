using Xen.Client;
using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Hypervisor.Choice;
using Xen.Linux;

namespace XenCommons.Host;

/// <summary>
/// The store of this host: its daemon's socket, or the way through the kernel if a domain of its own serves the store. If no domain serves
/// it, a request through the kernel would wait for ever.
/// </summary>
/// <param name="hypervisor">The hypervisor that the options name.</param>
sealed class HostStore(string hypervisor)
{
    IDomains? domains; // opened once, because a wait for the store asks often

    /// <exception cref="PosixException">There is no store.</exception>
    internal StoreClient Connect()
    {
        try
        {
            return StoreClient.ConnectSocket(StoreClient.DefaultSocket);
        }
        catch (PosixException e) when (e.Errno is Errno.ENOENT && IsServedByDomain())
        {
            return StoreClient.ConnectKernel();
        }
    }

    /// <summary>Whether a domain serves it.</summary>
    internal bool IsServedByDomain()
    {
        var all = new List<DomainInfo>();
        try
        {
            domains ??= HypervisorChoice.OpenInquiry(hypervisor).Domains;
            domains.List(all);
        }
        catch (PosixException)
        {
            // Then it is unknown.
        }
        return all.Exists(domain => domain.IsStore);
    }
}
