using Xen.Posix;

namespace Xen.Hypervisor;

/// <summary>Event channels: many ports on one descriptor. Results below zero are minus an errno.</summary>
public interface IEventChannels : IDisposable
{
    /// <summary>Becomes readable when a port is pending; null where no port ever is.</summary>
    FileDescriptor? Descriptor { get; }

    /// <summary>Binds a guest's port; answers ours.</summary>
    int BindInterdomain(ushort domid, uint port);

    /// <summary>Binds one of the hypervisor's own interrupts; answers our port.</summary>
    int BindVirq(uint virq);

    /// <summary>Gives a port of ours up.</summary>
    void Unbind(int port);

    /// <summary>Wakes the other end.</summary>
    void Notify(int port);

    /// <summary>Our ports that are pending; each is masked until <see cref="Unmask"/>. Answers how many.</summary>
    int ReadPending(Span<int> ports);

    /// <summary>Lets a port become pending again.</summary>
    void Unmask(int port);
}

/// <summary>Interrupts of the hypervisor (public/xen.h).</summary>
public static class Virq
{
    /// <summary>A domain was made, shut down or died.</summary>
    public const uint DomainException = 3;
}
