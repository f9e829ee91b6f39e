using Xen.Client;
using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Linux;

namespace XenWatchdog.Checks.OfXen;

/// <summary>
/// The store answers a new client. A store in its own domain has no socket: then only the check of the ring applies.
/// </summary>
sealed class StoreSocketCheck(IDomains domains) : ICheck
{
    readonly List<DomainInfo> all = [];

    public string? Look()
    {
        StoreClient client;
        try
        {
            client = StoreClient.ConnectSocket(StoreClient.DefaultSocket);
        }
        catch (PosixException e) when (e.Errno is Errno.ENOENT && domains.List(all) > 0 && all.Exists(domain => domain.IsStore))
        {
            return null;
        }
        try
        {
            client.ReadAsync("/").GetAwaiter().GetResult();
            return null;
        }
        finally
        {
            _ = client.DisposeAsync().AsTask();
        }
    }
}
