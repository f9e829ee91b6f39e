using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using XenWatchdog.Host;
using XenWatchdog.Timer;

namespace XenWatchdog.Checks;

/// <summary>What a check may use when it is made.</summary>
/// <param name="Hypervisor">The hypervisor that the options name.</param>
/// <param name="StateFolder">The folder on the host's disk.</param>
/// <param name="LeastMemory">How much free memory the hypervisor should have, in MiB.</param>
/// <param name="Timeout">The timer's timeout in seconds.</param>
/// <param name="Kicker">The timer's own thread.</param>
/// <param name="Announcer">Announces a reset of the host.</param>
sealed record CheckContext(string Hypervisor, string StateFolder, int LeastMemory, uint Timeout, Kicker Kicker, ResetAnnouncer Announcer)
{
    /// <summary>Makes a connection to the hypervisor. A connection serves one thread only, so each check has its own.</summary>
    /// <exception cref="PosixException">The hypervisor cannot be reached.</exception>
    internal Inquiry Inquire() => HypervisorChoice.OpenInquiry(Hypervisor);
}
