namespace Xen.Hypervisor.Answers;

/// <summary>A domain as the hypervisor lists it.</summary>
/// <param name="Domid">Its id.</param>
/// <param name="State">Whether it runs.</param>
/// <param name="Reason">Why it stopped. It means something with <see cref="DomainState.ShutDown"/> only.</param>
/// <param name="IsHvm">It has hardware-assisted memory: an HVM or PVH guest.</param>
/// <param name="IsPaused">The toolstack has paused it.</param>
/// <param name="IsStore">It is a domain that serves the store.</param>
/// <param name="Pages">Pages of 4 KiB that it has.</param>
/// <param name="MostPages">Pages that it may have.</param>
/// <param name="CpuTime">Time that its virtual CPUs ran, in nanoseconds.</param>
/// <param name="Vcpus">Virtual CPUs that are online.</param>
/// <param name="Handle">The UUID that the toolstack gave it. Its bytes are in the order in which a UUID is written.</param>
public readonly record struct DomainInfo(ushort Domid, DomainState State, ShutdownReason Reason, bool IsHvm, bool IsPaused, bool IsStore,
    ulong Pages, ulong MostPages, ulong CpuTime, uint Vcpus, Guid Handle);
