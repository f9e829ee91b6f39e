using Xen.Linux;

namespace XenWatchdog.Checks.OfLinux;

/// <summary>Xen's devices exist. Without them no daemon and no toolstack can start.</summary>
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
