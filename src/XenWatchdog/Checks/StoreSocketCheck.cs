using Xen.Client;
using Xen.Hypervisor;
using Xen.Linux;

namespace XenWatchdog.Checks;

/// <summary>
/// A new client of the store is answered. A store in a domain of its own has no socket: there the ring is what is looked at.
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
