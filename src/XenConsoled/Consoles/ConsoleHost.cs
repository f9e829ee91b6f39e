using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Linux.Loop;
using Xen.Linux.Terminals;
using XenConsoled.Following;
using XenConsoled.Logs;

namespace XenConsoled.Consoles;

/// <summary>What all consoles of a daemon have in common.</summary>
/// <param name="Scheduler">Gives consoles their turns.</param>
/// <param name="Store">Writes the paths of ptys to the store.</param>
/// <param name="Logs">Decides where consoles are logged.</param>
/// <param name="KeepsOverflow">If nobody takes a guest's output, the guest waits. Else it goes on, and the middle of its output is lost.
/// </param>
/// <param name="RunFolder">Holds what must outlive the process.</param>
sealed record ConsoleHost(EventLoop Loop, HypervisorInterface Hypervisor, DescriptorStore Descriptors, ConsoleScheduler Scheduler,
    ConsoleStore Store, ConsoleLogs Logs, ILogger Logger, bool KeepsOverflow, string RunFolder)
{
    /// <summary>Makes ptys.</summary>
    internal PtyMaker MakePty { get; init; } = Pty.TryMake;
}
