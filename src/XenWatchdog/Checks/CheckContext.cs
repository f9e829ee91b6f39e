using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using XenWatchdog.Host;
using XenWatchdog.Timer;

namespace XenWatchdog.Checks;

/// <summary>What a check may be made with.</summary>
/// <param name="Hypervisor">As the options name it.</param>
/// <param name="StateFolder">The folder on the host's disk.</param>
/// <param name="LeastMemory">What the hypervisor should have free, in MiB.</param>
/// <param name="Timeout">Of the timer, in seconds.</param>
/// <param name="Kicker">The timer's own thread.</param>
/// <param name="Announcer">Says that the host will be reset.</param>
sealed record CheckContext(string Hypervisor, string StateFolder, int LeastMemory, uint Timeout, Kicker Kicker, ResetAnnouncer Announcer)
{
    /// <summary>A connection to the hypervisor, which serves one thread only: each check has its own.</summary>
    /// <exception cref="PosixException">There is none to be had.</exception>
    internal Inquiry Inquire() => HypervisorChoice.OpenInquiry(Hypervisor);
}
