using Microsoft.Extensions.Logging.Abstractions;
using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux.Loop;
using XenConsoled.Consoles;
using XenConsoled.Core;
using XenConsoled.Following;
using XenConsoled.Logs;

namespace XenConsoled.Tests.Support;

/// <summary>
/// What consoles in this process stand on: a folder in memory, a loop, a log thread, and a simulated hypervisor with one guest.
/// </summary>
public abstract class OneGuest : IDisposable
{
    readonly TempFolder temporary = TempFolder.InMemory();
    private protected readonly string folder;
    private protected readonly EventLoop loop = new();
    private protected readonly LogThread logThread = new();
    private protected readonly HypervisorInterface hypervisor;
    private protected readonly SimulatedGuest guest;

    protected OneGuest()
    {
        folder = temporary.Path;
        hypervisor = HypervisorChoice.Simulated(Path.Combine(folder, "hv"));
        guest = new(Path.Combine(folder, "hv"), 1);
    }

    public void Dispose()
    {
        logThread.Dispose();
        guest.Dispose();
        hypervisor.Dispose();
        loop.Dispose();
        temporary.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected ConsoleKeys Keys => new("one", 77, guest.Port, true, 65536);

    /// <summary>What the guest's console is given.</summary>
    /// <param name="channels">Instead of the simulated hypervisor's own.</param>
    private protected ConsoleHost HostOf(IEventChannels? channels = null, params string[] options)
    {
        var used = channels ?? hypervisor.EventChannels;
        var logs = new ConsoleLogs(loop, logThread, ConsoleOptions.Parse(options), LogMode, NullLogger.Instance);
        return new(loop, hypervisor with { EventChannels = used }, new DescriptorStore(), new ConsoleScheduler(loop, used, null, 0),
            new ConsoleStore(loop), logs, NullLogger.Instance, false, folder);
    }

    const uint LogMode = 0x1A4; // 0644
}
