using Xen.Linux;

namespace Xen.Hypervisor;

/// <summary>Event channels: many ports on one descriptor. A result below zero is minus an errno.</summary>
public interface IEventChannels : IDisposable
{
    /// <summary>Becomes readable when a port is pending; null if no port can ever be.</summary>
    FileDescriptor? Descriptor { get; }

    /// <summary>Binds a guest's port. Returns our port.</summary>
    int BindInterdomain(ushort domid, uint port);

    /// <summary>Binds one of the hypervisor's own interrupts. Returns our port. <c>-EEXIST</c>: another process has it.</summary>
    int BindVirq(uint virq);

    /// <summary>
    /// Takes over a port that an earlier process bound through the same descriptor, and wakes the guest. False: it is not bound.
    /// </summary>
    bool Adopt(int port, ushort domid, uint guestPort);

    /// <summary>
    /// Unbinds all ports of the descriptor except these. An earlier process may have bound ports that nobody knows of any more.
    /// </summary>
    void UnbindOthers(IReadOnlySet<int> kept);

    /// <summary>Whether a port of ours still reaches a guest's port. A reset of the guest closes the guest's port.</summary>
    bool IsConnected(int port);

    /// <summary>The guest and its port that a port of this domain reaches, also one of another process; null: none.</summary>
    (ushort Domid, uint Port)? Reached(int port);

    /// <summary>Closes a port of ours. The guest's end becomes unbound and can be bound again.</summary>
    void Unbind(int port);

    /// <summary>Wakes the other end.</summary>
    void Notify(int port);

    /// <summary>
    /// Reads which of our ports are pending. Each stays masked until <see cref="Unmask"/>. Returns their number. <c>-EFBIG</c>: the
    /// kernel's buffer overflowed, and the caller must look at every port.
    /// </summary>
    int ReadPending(Span<int> ports);

    /// <summary>
    /// Unmasks ports. A port that was notified while it was masked becomes pending at once. Ports that are not bound any more are skipped.
    /// </summary>
    void Unmask(ReadOnlySpan<int> ports);
}
