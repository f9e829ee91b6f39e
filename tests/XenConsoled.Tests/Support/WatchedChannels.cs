using Xen.Hypervisor;
using Xen.Linux;

namespace XenConsoled.Tests.Support;

/// <summary>Says when a guest is told something, right before it is.</summary>
sealed class WatchedChannels(IEventChannels channels, Action isTold) : IEventChannels
{
    public FileDescriptor? Descriptor => channels.Descriptor;
    public int BindInterdomain(ushort domid, uint port) => channels.BindInterdomain(domid, port);
    public int BindVirq(uint virq) => channels.BindVirq(virq);
    public bool Adopt(int port, ushort domid, uint guestPort) => channels.Adopt(port, domid, guestPort);
    public void UnbindOthers(IReadOnlySet<int> kept) => channels.UnbindOthers(kept);
    public bool IsConnected(int port) => channels.IsConnected(port);
    public (ushort Domid, uint Port)? Reached(int port) => channels.Reached(port);
    public void Unbind(int port) => channels.Unbind(port);
    public int ReadPending(Span<int> ports) => channels.ReadPending(ports);
    public void Unmask(ReadOnlySpan<int> ports) => channels.Unmask(ports);
    public void Dispose() { }

    public void Notify(int port)
    {
        isTold();
        channels.Notify(port);
    }
}
