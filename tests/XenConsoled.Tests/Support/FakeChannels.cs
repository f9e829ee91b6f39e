using Xen.Hypervisor;
using Xen.Linux;

namespace XenConsoled.Tests.Support;

/// <summary>Event channels by hand: the test says what a look at the pending ports finds, and sees which ports were unmasked.</summary>
sealed class FakeChannels : IEventChannels
{
    int lastPort;

    /// <summary>What the next <see cref="ReadPending"/> returns instead of a port: minus an errno.</summary>
    internal int Failure { get; set; }

    /// <summary>The ports of the hypervisor's interrupts and of guests, in the order in which they were bound.</summary>
    internal List<int> Bound { get; } = [];

    internal List<int> Unmasked { get; } = [];

    public FileDescriptor? Descriptor => null;
    public int BindInterdomain(ushort domid, uint port) => Bind();
    public int BindVirq(uint virq) => Bind();
    public bool Adopt(int port, ushort domid, uint guestPort) => false;
    public void UnbindOthers(IReadOnlySet<int> kept) { }
    public bool IsConnected(int port) => Bound.Contains(port);
    public (ushort Domid, uint Port)? Reached(int port) => null;
    public void Unbind(int port) => Bound.Remove(port);
    public void Notify(int port) { }
    public int ReadPending(Span<int> ports) => Failure;
    public void Unmask(ReadOnlySpan<int> ports) => Unmasked.AddRange(ports);
    public void Dispose() { }

    int Bind()
    {
        Bound.Add(++lastPort);
        return lastPort;
    }
}
