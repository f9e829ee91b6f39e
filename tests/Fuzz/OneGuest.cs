using Xen.Hypervisor;
using Xen.Linux;

namespace XenStored.Fuzz;

/// <summary>A hypervisor with one guest, whose page this process writes.</summary>
/// <param name="page">Makes the mapping that the daemon gets when it maps the guest's page.</param>
sealed class OneGuest(Func<Mapping> page) : IEventChannels, IGuestMemory
{
    int lastPort;

    public FileDescriptor? Descriptor => null;
    public int BindInterdomain(ushort domid, uint port) => ++lastPort;
    public int BindVirq(uint virq) => -Errno.EEXIST;
    public bool Adopt(int port, ushort domid, uint guestPort) => false;
    public void UnbindOthers(IReadOnlySet<int> kept) { }
    public bool IsConnected(int port) => true;
    public (ushort Domid, uint Port)? Reached(int port) => null;
    public void Unbind(int port) { }
    public void Notify(int port) { }
    public int ReadPending(Span<int> ports) => 0;
    public void Unmask(ReadOnlySpan<int> ports) { }

    public GuestPage? MapGrant(ushort domid, uint reference, out int errno)
    {
        errno = 0;
        return new(page());
    }

    public GuestPage? MapFrame(ushort domid, ulong frame, out int errno) => MapGrant(domid, 0, out errno);
    public GuestPage? MapStorePage(ushort domid, out int errno) => MapGrant(domid, 0, out errno);
    public void Dispose() { }
}
