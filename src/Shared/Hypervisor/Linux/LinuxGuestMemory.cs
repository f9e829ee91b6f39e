using Xen.Hypervisor.Answers;
using Xen.Hypervisor.Linux.Calls;

namespace Xen.Hypervisor.Linux;

/// <summary>Maps guests' pages, by grant or by frame, and our own kernel's store page.</summary>
/// <param name="privcmd">This object disposes it.</param>
/// <param name="home">The domain that we run in.</param>
sealed class LinuxGuestMemory(Privcmd privcmd, ushort home) : IGuestMemory
{
    readonly Gntdev gntdev = new();

    public GuestPage? MapGrant(ushort domid, uint reference, out int errno) => gntdev.Map(domid, reference, out errno);

    public GuestPage? MapFrame(ushort domid, ulong frame, out int errno) => privcmd.Map(domid, frame, out errno);

    public GuestPage? MapStorePage(ushort domid, out int errno) =>
        domid == home ? XenBus.Map(out errno) : gntdev.Map(domid, ReservedGrant.Store, out errno);

    public void Dispose()
    {
        gntdev.Dispose();
        privcmd.Dispose();
    }
}
