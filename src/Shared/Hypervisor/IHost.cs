namespace Xen.Hypervisor;

/// <summary>The hypervisor's version.</summary>
/// <param name="Major">4 of 4.17.7.</param>
/// <param name="Minor">17 of 4.17.7.</param>
/// <param name="Extra">".7" and what the distribution adds.</param>
public readonly record struct XenVersion(int Major, int Minor, string Extra)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}{Extra}";
}

/// <summary>The machine as the hypervisor sees it.</summary>
/// <param name="Cpus">Physical CPUs in use.</param>
/// <param name="Capabilities">Bits XEN_SYSCTL_PHYSCAP_*: 1 HVM guests, 2 PV guests, 4 pass-through, 8 nested paging.</param>
/// <param name="TotalPages">Pages of 4 KiB in the machine.</param>
/// <param name="FreePages">Pages that no domain has.</param>
/// <param name="ScrubPages">Free pages that must be cleared first.</param>
/// <param name="OutstandingPages">Pages that are promised to domains.</param>
public readonly record struct PhysicalInfo(uint Cpus, uint Capabilities, ulong TotalPages, ulong FreePages, ulong ScrubPages, ulong OutstandingPages);

/// <summary>What the hypervisor says of itself in words.</summary>
public enum HostText
{
    /// <summary>Which kinds of guests it runs: <c>xen-3.0-x86_64 hvm-3.0-x86_64 …</c></summary>
    Capabilities,

    /// <summary>Its command line, as the boot loader gave it.</summary>
    CommandLine,
}

/// <summary>How full a domain's grant table is.</summary>
/// <param name="Frames">Frames it has.</param>
/// <param name="MostFrames">Frames it may have.</param>
public readonly record struct GrantTableSize(uint Frames, uint MostFrames)
{
    /// <summary>
    /// From how much on the doctor advises to give a guest more, in percent. It is asked now and then, often months apart, so the guest
    /// needs room to grow until the next time.
    /// </summary>
    public const int AdvisePercent = 80;

    /// <summary>
    /// From how much on the watchdog warns, in percent. It looks twice a minute and would repeat itself for years about guests that stay
    /// at a high level, so it waits until one is really close.
    /// </summary>
    public const int WarnPercent = 90;

    /// <summary>At least so much of it is used. A table without a maximum is never full.</summary>
    public bool IsUsedTo(int percent) => MostFrames > 0 && Frames * 100L >= MostFrames * (long)percent;
}

/// <summary>What the hypervisor tells of itself and the machine. Results below zero are minus an errno.</summary>
public interface IHost
{
    /// <summary>The running hypervisor's version.</summary>
    XenVersion Version { get; }

    /// <summary>The machine; 0 or minus an errno.</summary>
    int Physical(out PhysicalInfo info);

    /// <summary>A domain's grant table; 0 or minus an errno.</summary>
    int GrantTable(ushort domid, out GrantTableSize size);

    /// <summary>Something that the hypervisor says of itself in words; empty if it does not.</summary>
    string Say(HostText what);

    /// <summary>The scheduler (XEN_SCHEDULER_*: 5 credit, 6 credit2, 7 arinc653, 8 rtds, 9 null); 0 or minus an errno.</summary>
    int Scheduler(out uint id);

    /// <summary>The ids of the groups of CPUs, rising; the list is emptied first. Answers how many, or minus an errno.</summary>
    int ListCpuPools(List<uint> into);

    /// <summary>
    /// Reads on in the hypervisor's console ring and leaves it as it is. Answers bytes read; fewer than fit means the end.
    /// </summary>
    /// <param name="into">At most 32 KiB are read at once.</param>
    /// <param name="position">How far was read, in bytes since the start modulo 2^32; begin with 0.</param>
    /// <param name="lost">Bytes that were overwritten before they could be read.</param>
    int ReadConsole(Span<byte> into, ref uint position, out uint lost);

    /// <summary>Says something on the hypervisor's console; 0 or minus an errno.</summary>
    /// <param name="text">ASCII; with its line's end.</param>
    int WriteConsole(ReadOnlySpan<byte> text);
}

/// <summary>
/// The calling domain's watchdog timers: if one runs out, the hypervisor ends the domain, and with domain 0 the machine. A timer belongs to
/// no process and goes on when its process dies. Results below zero are minus an errno.
/// </summary>
public interface IWatchdogTimer
{
    /// <summary>Timers that each domain has (NR_DOMAIN_WATCHDOG_TIMERS).</summary>
    const int Timers = 2;

    /// <summary>
    /// Winds a timer up; answers its number. <c>-EINVAL</c>: the timer does not run; <c>-ENOSPC</c>: none is free.
    /// </summary>
    /// <param name="timer">1 or 2; 0 takes a free one.</param>
    /// <param name="seconds">Time until it runs out, at least 1.</param>
    int Arm(int timer, uint seconds);

    /// <summary>Stops a timer and gives it back; 0 or minus an errno.</summary>
    int Disarm(int timer);
}
