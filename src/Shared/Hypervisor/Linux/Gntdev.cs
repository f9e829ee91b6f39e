using Xen.Hypervisor.Linux.Calls;
using Xen.Linux;
using static Xen.Hypervisor.Linux.Calls.Layouts;

namespace Xen.Hypervisor.Linux;

/// <summary>/dev/xen/gntdev: pages that domains grant us.</summary>
sealed unsafe class Gntdev : IDisposable
{
    const int Tries = 20, WaitMs = 1; // a store must not wait long for one guest

    readonly FileDescriptor device = XenDevice.Open("/dev/xen/gntdev");

    /// <summary>Maps one granted page for reading and writing; null and the errno if there is no such grant.</summary>
    internal GuestPage? Map(ushort domid, uint reference, out int errno)
    {
        var map = new GntdevMapGrantRef { Count = 1, Domid = domid, Reference = reference };
        errno = -device.Control(Ioctl.GntdevMapGrantRef, &map);
        if (errno > 0)
            return null;
        ulong index = map.Index;
        for (int tries = 0; ; tries++)
        {
            var mapping = Mapping.TryMap(device, GuestPage.Size, (long)index, out errno);
            if (mapping is not null)
                return new(mapping, () => Unmap(index));
            if (errno != Errno.EAGAIN || tries == Tries)
                break;
            Thread.Sleep(WaitMs); // the guest's page is paged out, and the hypervisor fetches it
        }
        Unmap(index);
        return null;
    }

    void Unmap(ulong index)
    {
        var unmap = new GntdevUnmapGrantRef { Index = index, Count = 1 };
        _ = device.Control(Ioctl.GntdevUnmapGrantRef, &unmap); // cannot fail: the kernel gave the index
    }

    public void Dispose() => device.Dispose();
}
