using Xen.Hypervisor.Answers;

namespace Xen.Hypervisor;

/// <summary>What is known of the hypervisor and the machine. A result below zero is minus an errno.</summary>
public interface IHostInfo
{
    /// <summary>The running hypervisor's version.</summary>
    XenVersion Version { get; }

    /// <summary>Reads the machine's CPUs and memory. Returns 0 or minus an errno.</summary>
    int Physical(out PhysicalInfo info);

    /// <summary>Reads the size of a domain's grant table. Returns 0 or minus an errno.</summary>
    int GrantTable(ushort domid, out GrantTableSize size);

    /// <summary>A text in which the hypervisor describes itself; empty if it has none.</summary>
    string Say(HostText what);

    /// <summary>
    /// Reads the scheduler's id (XEN_SCHEDULER_*: 5 credit, 6 credit2, 7 arinc653, 8 rtds, 9 null). Returns 0 or minus an errno.
    /// </summary>
    int Scheduler(out uint id);

    /// <summary>Lists the ids of the CPU pools, rising. It empties the list first. Returns their number, or minus an errno.</summary>
    int ListCpuPools(List<uint> into);

    /// <summary>
    /// Reads on in the hypervisor's console ring. The ring keeps the bytes. Returns the number of bytes read; fewer than fit means the end.
    /// </summary>
    /// <param name="into">At most 32 KiB are read at once.</param>
    /// <param name="position">How far the caller has read, in bytes since the start modulo 2^32. Begin with 0.</param>
    /// <param name="lost">Bytes that were overwritten before this call could read them.</param>
    int ReadConsole(Span<byte> into, ref uint position, out uint lost);

    /// <summary>Writes to the hypervisor's console. Returns 0 or minus an errno.</summary>
    /// <param name="text">ASCII, with the end of the line.</param>
    int WriteConsole(ReadOnlySpan<byte> text);
}
