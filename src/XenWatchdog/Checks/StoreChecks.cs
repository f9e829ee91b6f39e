using Xen.Posix;
using Xen.StoreClient;
using XenWatchdog.Core;

namespace XenWatchdog.Checks;

/// <summary>A new client of the store is answered.</summary>
sealed class StoreSocketCheck(TimeSpan within) : ICheck
{
    public CheckRule Rule => Rules.StoreSocket;

    public string? Look()
    {
        var client = StoreClient.ConnectSocket(StoreClient.DefaultSocket);
        try
        {
            return client.ReadAsync("/").Wait(within) ? null : $"xenstored has not answered within {within.TotalSeconds:0} s";
        }
        catch (AggregateException e)
        {
            return e.InnerException!.Message;
        }
        finally
        {
            _ = client.DisposeAsync().AsTask();
        }
    }
}

/// <summary>
/// What the kernel asks the store over their ring is answered. The question that is not answered stays the only one: the kernel would keep each.
/// </summary>
sealed class StoreRingCheck(TimeSpan within) : ICheck
{
    StoreClient? client;
    Task? asked;

    public CheckRule Rule => Rules.StoreRing;

    public string? Look()
    {
        client ??= StoreClient.ConnectKernel();
        asked ??= client.ReadAsync("/");
        try
        {
            if (!asked.Wait(within))
                return $"xenstored has not answered the kernel within {within.TotalSeconds:0} s";
            asked = null;
            return null;
        }
        catch (AggregateException e)
        {
            _ = client.DisposeAsync().AsTask();
            (client, asked) = (null, null);
            return e.InnerException!.Message;
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
