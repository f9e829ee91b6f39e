using Microsoft.Extensions.Logging.Abstractions;
using Xen.Linux;
using Xen.Linux.Loop;
using XenConsoled.Consoles;
using XenConsoled.Core;
using XenConsoled.Lines;
using XenConsoled.Logs;
using XenConsoled.Memory;
using XenConsoled.Tests.Support;

namespace XenConsoled.Tests.Daemon;

/// <summary>What the daemon does when the kernel cannot tell which ports are pending.</summary>
public sealed class PendingPortTests : OneGuest
{
    readonly FakeChannels channels = new();

    // Found by a review: only the ports of consoles were unmasked then, and the hypervisor's log stood still until the next start.
    [Fact]
    public void After_an_overflow_the_hypervisor_s_port_is_unmasked_and_its_log_goes_on()
    {
        string ring = Path.Combine(folder, "hv", "console"), written = Path.Combine(folder, LogName.Hypervisor);
        var log = LogOfHypervisor();
        var scheduler = new ConsoleScheduler(loop, channels, log, 0);
        log.Start();
        int port = channels.Bound.Single();
        File.WriteAllText(ring, "(XEN) while the buffer overflowed\n");
        channels.Failure = -Errno.EFBIG;
        scheduler.Ready(Readiness.Read);
        Assert.Equal([port], channels.Unmasked);
        Until(() =>
        {
            loop.Iterate(mayWait: false, () => false);
            return log.Taken > 0;
        }, "the hypervisor's log does not go on");
        Assert.Equal("(XEN) while the buffer overflowed\n", File.ReadAllText(written));
    }

    [Fact]
    public void After_an_overflow_each_console_has_a_turn_and_its_port_is_unmasked()
    {
        var host = HostOf(channels);
        var console = new GuestConsole(host, ConsoleMemory.Create(folder, new(1, 0, Guid.Empty), ConsoleKind.Pv, 65536));
        console.Apply(Keys);
        guest.Output.Put("said while the buffer overflowed\n"u8);
        channels.Failure = -Errno.EFBIG;
        host.Scheduler.Ready(Readiness.Read);
        host.Scheduler.Go();
        host.Scheduler.Rest();
        Assert.Contains(console.Port, channels.Unmasked);
        Assert.True(console.Memory.State.Taken > 0);
        console.End();
    }

    // Ignored, it would come again at once and for ever: the descriptor stays ready.
    [Fact]
    public void Any_other_error_is_a_fault_of_the_daemon_and_no_endless_loop()
    {
        var scheduler = new ConsoleScheduler(loop, channels, null, 0);
        channels.Failure = -Errno.EIO;
        var fault = Assert.Throws<PosixException>(() => scheduler.Ready(Readiness.Read));
        Assert.Contains("read pending event channels", fault.Message, StringComparison.Ordinal);
    }

    HypervisorLog LogOfHypervisor()
    {
        var options = ConsoleOptions.Parse(["--log=hv", "--log-dir=" + folder, "--run-dir=" + folder]);
        var logs = new ConsoleLogs(loop, logThread, options, 0x1A4 /* 0644 */, NullLogger.Instance);
        return logs.OpenHypervisor(hypervisor with { EventChannels = channels })!;
    }
}
