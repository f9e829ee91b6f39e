using XenCommons.Check;

namespace XenCommons.Tests;

/// <summary>Where OpenRC believes something else than what is so (0.45 of Debian 12 and 0.64), and what Alpine calls services.</summary>
public sealed class OpenRcTests : IDisposable
{
    readonly HostFolder host = new();

    public OpenRcTests()
    {
        host.Write("/run/openrc/softlevel", "xen\n");
        host.Write("/run/openrc/started/xenstored", "");
        host.Write("/run/xen/xenstored.pid", "77\n");
        host.Write("/proc/77/stat", "");
    }

    public void Dispose() => host.Dispose();

    [Fact]
    public void Where_all_is_as_OpenRC_believes_nothing_is_found() => Assert.Empty(OpenRcChecks.Look(host.Files));

    [Theory]
    [InlineData("xenconsoled", "Error")]
    [InlineData("xenqemudev", "Warning")]
    [InlineData("xen-watchdog", "Warning")]
    public void A_daemon_that_supervise_daemon_gave_up_is_no_stopped_one(string service, string severity)
    {
        host.Write("/run/openrc/failed/" + service, "");
        var finding = Assert.Single(OpenRcChecks.Look(host.Files));
        Assert.StartsWith(service + " did not start, or ended so often that OpenRC gave it up", finding.What, StringComparison.Ordinal);
        Assert.Equal(severity, finding.Severity.ToString());
        host.Write("/run/openrc/started/" + service, ""); // a later start went well
        Assert.Empty(OpenRcChecks.Look(host.Files));
    }

    [Fact]
    public void A_store_that_has_ended_does_not_run_whatever_OpenRC_believes()
    {
        host.Remove("/proc/77");
        var finding = Assert.Single(OpenRcChecks.Look(host.Files));
        Assert.Equal("xenstored has ended, and OpenRC believes that it runs: a start starts nothing", finding.What);
        Assert.StartsWith("rc-service xenstored restart; guests go on if it was our store", finding.Remedy, StringComparison.Ordinal);
        host.Remove("/run/xen/xenstored.pid"); // a store in a domain has none
        Assert.Empty(OpenRcChecks.Look(host.Files));
    }

    [Fact]
    public void Alpines_xenqemu_beside_ours_is_one_too_many_and_without_its_script_none()
    {
        host.Write("/etc/runlevels/default/xenqemu", "");
        Assert.StartsWith("xenqemu is in a runlevel, and there is no such script", Assert.Single(OpenRcChecks.Look(host.Files)).What,
            StringComparison.Ordinal);
        host.Write("/etc/init.d/xenqemu", "");
        Assert.Empty(OpenRcChecks.Look(host.Files));
        host.Write("/etc/runlevels/default/xenqemudev", "");
        Assert.StartsWith("two services would start a QEMU for domain 0", Assert.Single(OpenRcChecks.Look(host.Files)).What,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Under_systemd_files_of_OpenRC_mean_nothing()
    {
        host.Write("/run/openrc/failed/xenconsoled", "");
        host.Write("/run/systemd/system/x", "");
        Assert.Empty(OpenRcChecks.Look(host.Files));
    }
}
