using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Linux;

namespace XenWatchdog.Checks.OfXen;

/// <summary>
/// No domain is near the end of its grant table. A guest whose table is full hangs without a message, usually when a disk or network is
/// added.
/// </summary>
sealed class GrantsCheck(Inquiry inquiry) : ICheck
{
    const int MostTold = 5;

    readonly List<DomainInfo> all = [];

    public string? Look()
    {
        if (inquiry.Domains.List(all) is < 0 and var errno)
            return new PosixException("list domains", -errno).Message;
        var full = new List<string>();
        foreach (var domain in all)
            if (inquiry.Host.GrantTable(domain.Domid, out var size) == 0 && size.IsUsedTo(GrantTableSize.WarnPercent))
                full.Add($"domain {domain.Domid} uses {size.Frames} of {size.MostFrames} grant frames");
        return full.Count == 0 ? null
            : string.Join(", ", full.Take(MostTold)) + (full.Count > MostTold ? $" and {full.Count - MostTold} more" : "")
            + "; more are given by max_grant_frames in a guest's configuration, or gnttab_max_frames= of the hypervisor";
    }
}
