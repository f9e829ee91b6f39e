using Xen.Linux;

namespace Xen.Hypervisor;

/// <summary>Event channels: many ports on one descriptor. Results below zero are minus an errno.</summary>
public interface IEventChannels : IDisposable
{
    /// <summary>Becomes readable when a port is pending; null where no port ever is.</summary>
    FileDescriptor? Descriptor { get; }

    /// <summary>Binds a guest's port; answers ours.</summary>
    int BindInterdomain(ushort domid, uint port);

    /// <summary>Binds one of the hypervisor's own interrupts; answers our port. <c>-EEXIST</c>: another process has it.</summary>
    int BindVirq(uint virq);

    /// <summary>
    /// Goes on with a port that an earlier process bound through the same descriptor, and wakes the guest; false if it is not bound.
    /// </summary>
    bool Adopt(int port, ushort domid, uint guestPort);

    /// <summary>
    /// Gives up all ports of the descriptor but these: of what an earlier process bound, what nobody knows of any more.
    /// </summary>
    void UnbindOthers(IReadOnlySet<int> kept);

    /// <summary>Whether a port of ours still reaches a guest's: a guest that was reset has let go of its own.</summary>
    bool IsConnected(int port);

    /// <summary>Gives a port of ours up; a guest's end becomes unbound and may be bound again.</summary>
    void Unbind(int port);

    /// <summary>Wakes the other end.</summary>
    void Notify(int port);

    /// <summary>
    /// Our ports that are pending; each is masked until <see cref="Unmask"/>. Answers how many; <c>-EFBIG</c> when the kernel had no
    /// room to tell all of them, after which every port must be looked at.
    /// </summary>
    int ReadPending(Span<int> ports);

    /// <summary>Lets ports become pending again; at once, if they were meanwhile. Ports that are bound no more are passed over.</summary>
    void Unmask(ReadOnlySpan<int> ports);
}
