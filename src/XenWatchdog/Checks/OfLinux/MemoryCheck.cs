using Xen.Hypervisor;
using Xen.Linux;

namespace XenWatchdog.Checks.OfLinux;

/// <summary>The hypervisor has memory for what it keeps for guests.</summary>
/// <param name="leastMiB">Less free memory than this is a fault.</param>
sealed class MemoryCheck(IHostInfo host, int leastMiB) : ICheck
{
    public string? Look()
    {
        if (host.Physical(out var info) is < 0 and var errno)
            return new PosixException("ask the hypervisor for its memory", -errno).Message;
        ulong free = info.FreePages + info.ScrubPages;
        return free >> 8 >= (ulong)leastMiB ? null : $"{free >> 8} MiB are free";
    }
}
