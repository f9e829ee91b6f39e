using Xen.Hypervisor.Answers;
using Xen.Linux;
using Xen.Protocol.Wire;

namespace Xen.Hypervisor;

/// <summary>Stands for a missing hypervisor: it has no ports and no pages, and reports that every domain exists.</summary>
sealed class NoHypervisor : IEventChannels, IGuestMemory, IDomains, IHostInfo, IWatchdogTimer
{
    public FileDescriptor? Descriptor => null;
    public int BindInterdomain(ushort domid, uint port) => -Errno.ENXIO;
    public int BindVirq(uint virq) => -Errno.ENXIO;
    public bool Adopt(int port, ushort domid, uint guestPort) => false;
    public void UnbindOthers(IReadOnlySet<int> kept) { }
    public bool IsConnected(int port) => false;
    public (ushort Domid, uint Port)? Reached(int port) => null;
    public void Unbind(int port) { }
    public void Notify(int port) { }
    public int ReadPending(Span<int> ports) => 0;
    public void Unmask(ReadOnlySpan<int> ports) { }

    public GuestPage? MapGrant(ushort domid, uint reference, out int errno) => Nothing(out errno);
    public GuestPage? MapFrame(ushort domid, ulong frame, out int errno) => Nothing(out errno);
    public GuestPage? MapStorePage(ushort domid, out int errno) => Nothing(out errno);

    public bool TryStatus(ushort domid, out DomainStatus status)
    {
        status = new(domid < Domid.FirstReserved ? DomainState.Exists : DomainState.None, 0);
        return true;
    }

    public int List(List<DomainInfo> into)
    {
        into.Clear();
        return 0;
    }

    public XenVersion Version => default;

    public int Physical(out PhysicalInfo info)
    {
        info = default;
        return -Errno.ENXIO;
    }

    public string Say(HostText what) => "";

    public int Scheduler(out uint id)
    {
        id = 0;
        return -Errno.ENXIO;
    }

    public int ListCpuPools(List<uint> into)
    {
        into.Clear();
        return -Errno.ENXIO;
    }

    public int SetHandle(ushort domid, Guid handle) => -Errno.ENXIO;

    public int GrantTable(ushort domid, out GrantTableSize size)
    {
        size = default;
        return -Errno.ENXIO;
    }

    public int ReadConsole(Span<byte> into, ref uint position, out uint lost)
    {
        lost = 0;
        return -Errno.ENXIO;
    }

    public int WriteConsole(ReadOnlySpan<byte> text) => -Errno.ENXIO;
    public int Arm(int timer, uint seconds) => -Errno.ENXIO;
    public int Disarm(int timer) => -Errno.ENXIO;

    public void Dispose() { }

    static GuestPage? Nothing(out int errno)
    {
        errno = Errno.ENXIO;
        return null;
    }
}
