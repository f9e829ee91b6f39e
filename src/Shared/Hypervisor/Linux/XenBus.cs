using System.Globalization;
using Xen.Linux.Files;
using Xen.Linux;
using static Xen.Hypervisor.Linux.Calls.Layouts;

namespace Xen.Hypervisor.Linux;

/// <summary>
/// The page and the port of the ring between our own kernel and the store. They come from /dev/xen/xenbus_backend, else from the files of
/// /proc/xen.
/// </summary>
static unsafe class XenBus
{
    const string Device = "/dev/xen/xenbus_backend", PortFile = "/proc/xen/xsd_port", PageFile = "/proc/xen/xsd_kva";

    /// <summary>The kernel's port.</summary>
    /// <exception cref="PosixException">Neither the device nor the file gives it.</exception>
    internal static uint Port()
    {
        using var device = FileDescriptor.TryOpenReadWrite(Device, out int errno);
        int port = device?.Control(Ioctl.XenbusBackendEvtchn, null) ?? -errno;
        if (port > 0)
            return (uint)port;
        try
        {
            return uint.Parse(File.ReadAllText(PortFile), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (FileFault.Is(e) || e is FormatException)
        {
            throw new PosixException($"the kernel's store port, by {Device} and {PortFile}", port < 0 ? -port : Errno.ENXIO,
                "is this a Xen dom0 (/proc/xen/capabilities says control_d), and is xenfs mounted on /proc/xen?");
        }
    }

    /// <summary>Maps the kernel's page; null and the errno if neither the device nor the file gives it.</summary>
    internal static GuestPage? Map(out int errno)
    {
        errno = Errno.ENOENT;
        foreach (string path in (ReadOnlySpan<string>)[Device, PageFile])
        {
            using var file = FileDescriptor.TryOpenReadWrite(path, out int openErrno);
            errno = openErrno;
            if (file is not null && Mapping.TryMap(file, GuestPage.Size, 0, out errno) is { } mapping)
                return new(mapping);
        }
        return null;
    }
}
