namespace Xen.Hypervisor.Answers;

/// <summary>The machine as the hypervisor sees it.</summary>
/// <param name="Cpus">Physical CPUs in use.</param>
/// <param name="Capabilities">Bits XEN_SYSCTL_PHYSCAP_*: 1 HVM guests, 2 PV guests, 4 pass-through, 8 nested paging.</param>
/// <param name="TotalPages">Pages of 4 KiB in the machine.</param>
/// <param name="FreePages">Pages that no domain has.</param>
/// <param name="ScrubPages">Free pages that must be cleared before a domain can get them.</param>
/// <param name="OutstandingPages">Pages that are promised to domains.</param>
public readonly record struct PhysicalInfo(
    uint Cpus, uint Capabilities, ulong TotalPages, ulong FreePages, ulong ScrubPages, ulong OutstandingPages);
