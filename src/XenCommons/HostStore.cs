using Xen.Hypervisor;
using Xen.Posix;
using Xen.StoreClient;

namespace XenCommons;

/// <summary>The store of this host: its daemon's socket or, where a domain of its own serves it, the way through the kernel. Where nobody serves that, a request would wait for ever.</summary>
static class HostStore
{
    /// <exception cref="PosixException">There is none.</exception>
    internal static StoreClient Connect(string hypervisor)
    {
        try
        {
            return StoreClient.ConnectSocket(StoreClient.DefaultSocket);
        }
        catch (PosixException e) when (e.Errno is Errno.ENOENT && IsServedByDomain(hypervisor))
        {
            return StoreClient.ConnectKernel();
        }
    }

    static bool IsServedByDomain(string hypervisor)
    {
        var domains = new List<DomainInfo>();
        try
        {
            Hypervisor.OpenInquiry(hypervisor).Domains.List(domains);
        }
        catch (PosixException)
        {
            // Then that is not known.
        }
        return domains.Exists(domain => domain.IsStore);
    }
}
