using Xen.Client;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux;

namespace XenCommons.Host;

/// <summary>
/// The store of this host: its daemon's socket or, where a domain of its own serves it, the way through the kernel. Where nobody serves
/// that, a request would wait for ever.
/// </summary>
/// <param name="hypervisor">As the options name it.</param>
sealed class HostStore(string hypervisor)
{
    IDomains? domains; // opened once, for who waits for a store asks often

    /// <exception cref="PosixException">There is none.</exception>
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

    bool IsServedByDomain()
    {
        var all = new List<DomainInfo>();
        try
        {
            domains ??= HypervisorChoice.OpenInquiry(hypervisor).Domains;
            domains.List(all);
        }
        catch (PosixException)
        {
            // Then that is not known.
        }
        return all.Exists(domain => domain.IsStore);
    }
}
