namespace Xen.Hypervisor;

/// <summary>What the hypervisor tells of itself and the machine. Results below zero are minus an errno.</summary>
public interface IHostInfo
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
