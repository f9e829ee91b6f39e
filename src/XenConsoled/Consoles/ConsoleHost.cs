using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Linux.Loop;
using Xen.Linux.Terminals;
using XenConsoled.Logs;

namespace XenConsoled.Consoles;

/// <summary>What all consoles of a daemon have in common.</summary>
/// <param name="Scheduler">Gives them their turns.</param>
/// <param name="Store">Is told where their ptys are.</param>
/// <param name="Logs">Says where they are logged.</param>
/// <param name="KeepsOverflow">A guest whose output nobody takes is made to wait, rather than lose the middle.</param>
/// <param name="RunFolder">Where what must outlive the process is kept.</param>
sealed record ConsoleHost(EventLoop Loop, HypervisorInterface Hypervisor, DescriptorStore Descriptors, ConsoleScheduler Scheduler,
    ConsoleStore Store, ConsoleLogs Logs, ILogger Logger, bool KeepsOverflow, string RunFolder)
{
    /// <summary>Where ptys come from.</summary>
    internal PtyMaker MakePty { get; init; } = Pty.TryMake;
}
