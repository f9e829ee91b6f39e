using Xen.Hypervisor;
using Xen.Posix;
using Xen.StoreClient;
using XenWatchdog.Core;

namespace XenWatchdog.Checks;

/// <summary>A new client of the store is answered. A store in a domain of its own has no socket: there the ring is what is looked at.</summary>
sealed class StoreSocketCheck(IDomains domains) : ICheck
{
    readonly List<DomainInfo> all = [];

    public CheckRule Rule => Rules.StoreSocket;

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

/// <summary>What the kernel asks the store over their ring is answered, on one connection that stays.</summary>
sealed class StoreRingCheck : ICheck
{
    StoreClient? client;

    public CheckRule Rule => Rules.StoreRing;

    public string? Look()
    {
        client ??= StoreClient.ConnectKernel();
        try
        {
            client.ReadAsync("/").GetAwaiter().GetResult();
            return null;
        }
        catch (IOException)
        {
            _ = client.DisposeAsync().AsTask();
            client = null;
            throw;
        }
    }
}

/// <summary>Xen's devices, without which neither daemons nor toolstack can begin anything new.</summary>
sealed class DevicesCheck : ICheck
{
    static readonly string[] Devices = ["/dev/xen/evtchn", "/dev/xen/gntdev", "/dev/xen/privcmd"];

    public CheckRule Rule => Rules.Devices;

    public string? Look()
    {
        foreach (string device in Devices)
        {
            using var opened = FileDescriptor.TryOpenReadWrite(device, out int errno);
            if (opened is null)
                return new PosixException("open " + device, errno).Message;
        }
        return null;
    }
}
