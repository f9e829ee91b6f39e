namespace Xen.Hypervisor;

/// <summary>Whether a domain exists and runs.</summary>
[Flags]
public enum DomainState
{
    /// <summary>There is no such domain.</summary>
    None = 0,
    /// <summary>It exists.</summary>
    Exists = 1,
    /// <summary>It stopped running: shut down, crashed or suspended.</summary>
    ShutDown = 2,
    /// <summary>It is being destroyed and will never run again.</summary>
    Dying = 4,
}

/// <summary>A domain's state, and who it is: ids of domains are used again.</summary>
/// <param name="State">Whether it exists and runs.</param>
/// <param name="UniqueId">Differs between two domains that had the same id; 0 where the hypervisor does not tell (before Xen 4.21).</param>
public readonly record struct DomainStatus(DomainState State, ulong UniqueId);

/// <summary>Why a domain stopped running (SHUTDOWN_* of public/sched.h).</summary>
public enum ShutdownReason : byte
{
#pragma warning disable CS1591 // The names are Xen's own.
    PowerOff, Reboot, Suspend, Crash, Watchdog, SoftReset,
#pragma warning restore CS1591
}

/// <summary>What the hypervisor tells of a domain in a list of all.</summary>
/// <param name="Domid">Its id.</param>
/// <param name="State">Whether it runs.</param>
/// <param name="Reason">Why it stopped; of meaning with <see cref="DomainState.ShutDown"/> only.</param>
/// <param name="IsHvm">It has hardware-assisted memory: an HVM or PVH guest.</param>
/// <param name="IsPaused">The toolstack has paused it.</param>
/// <param name="IsStore">It is a domain that serves the store.</param>
/// <param name="Pages">Pages of 4 KiB that it has.</param>
/// <param name="MostPages">Pages that it may have.</param>
/// <param name="CpuTime">Time that its virtual CPUs ran, in nanoseconds.</param>
/// <param name="Vcpus">Virtual CPUs that are online.</param>
/// <param name="Handle">The UUID that the toolstack gave it, its bytes in written order.</param>
public readonly record struct DomainInfo(ushort Domid, DomainState State, ShutdownReason Reason, bool IsHvm, bool IsPaused, bool IsStore,
    ulong Pages, ulong MostPages, ulong CpuTime, uint Vcpus, Guid Handle);

/// <summary>The hypervisor's domains. Results below zero are minus an errno.</summary>
public interface IDomains : IDisposable
{
    /// <summary>The state of one domain; false if the hypervisor does not answer, which says nothing about the domain.</summary>
    bool TryStatus(ushort domid, out DomainStatus status);

    /// <summary>
    /// The next domain that was made, shut down or died since it was last told here. Only for the process that holds
    /// <see cref="Virq.DomainException"/>: it takes the news from whoever else asks. False when there is none.
    /// </summary>
    bool TryNextChanged(out ushort domid, out DomainStatus status)
    {
        (domid, status) = (0, default);
        return false;
    }

    /// <summary>Whether <see cref="TryNextChanged"/> tells anything (from Xen 4.21 on). Where not, each domain must be asked for.</summary>
    bool TellsChanges => false;

    /// <summary>Gives a domain its UUID; 0 or minus an errno.</summary>
    int SetHandle(ushort domid, Guid handle);

    /// <summary>All domains, by rising id; the list is emptied first. Answers how many, and leaves the list empty on an error.</summary>
    int List(List<DomainInfo> into);
}
