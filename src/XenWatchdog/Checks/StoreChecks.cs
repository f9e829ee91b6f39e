using Xen.Posix;
using Xen.StoreClient;
using XenWatchdog.Core;

namespace XenWatchdog.Checks;

/// <summary>A new client of the store is answered.</summary>
sealed class StoreSocketCheck : ICheck
{
    public CheckRule Rule => Rules.StoreSocket;

    public string? Look()
    {
        var client = StoreClient.ConnectSocket(StoreClient.DefaultSocket);
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
