using Xen.Linux;

namespace XenWatchdog.Checks;

/// <summary>Xen's devices, without which neither daemons nor toolstack can begin anything new.</summary>
sealed class DevicesCheck : ICheck
{
    static readonly string[] Devices = ["/dev/xen/evtchn", "/dev/xen/gntdev", "/dev/xen/privcmd"];

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
