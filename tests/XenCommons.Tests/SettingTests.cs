using XenCommons.Findings;

namespace XenCommons.Tests;

/// <summary>
/// Other scripts follow settings that these daemons do not follow. The doctor tells of them where the services of these daemons start.
/// </summary>
public sealed class SettingTests : IDisposable
{
    readonly HostFolder host = new();

    public void Dispose() => host.Dispose();

    // Alpine's and Gentoo's own files, left as they were when the daemons were changed.
    [Theory]
    [InlineData("xenstored", "XENSTORED_STUBDOM=/usr/lib/xen/boot/xenstore-stubdom.gz", "XENSTORED_STUBDOM (Alpine's) is not read")]
    [InlineData("xenstored", "XENSTORED_OPTS=--trace\nXENSTORED_ARGS=--quota=5", "XENSTORED_OPTS is not read, since XENSTORED_ARGS is set")]
    [InlineData("xenconsoled", "XENCONSOLED_OPTS=--log=all\nXENCONSOLED_ARGS=-v",
        "XENCONSOLED_OPTS is not read, since XENCONSOLED_ARGS is set")]
    [InlineData("xenqemu", "XENQEMU_OPTS='-k de'\nXENQEMUDEV_ARGS='-k fr'", "XENQEMU_OPTS is not read, since XENQEMUDEV_ARGS is set")]
    public void What_is_not_read_of_a_services_own_file_is_told(string service, string settings, string what)
    {
        host.Write("/etc/conf.d/" + service, settings + "\n");
        var finding = Assert.Single(host.Found());
        Assert.Equal((Severity.Warning, "settings", what, "/etc/conf.d/" + service),
            (finding.Severity, finding.Topic, finding.What, finding.Source));
        Assert.NotEqual("", finding.Remedy);
    }

    [Theory]
    [InlineData("XENSTORED_OPTS=--trace")] // counts, as nothing else is set
    [InlineData("XENSTORED_OPTS=--trace\nXENSTORED_ARGS=--trace")]
    [InlineData("XENSTORED_STUBDOM=")]
    [InlineData("# XENSTORED_STUBDOM=/usr/lib/xen/boot/xenstore-stubdom.gz")]
    public void What_is_read_or_says_nothing_is_not_told(string settings)
    {
        host.Write("/etc/conf.d/xenstored", settings + "\n");
        Assert.Empty(host.Found());
    }

    [Fact]
    public void A_services_own_file_wins_over_that_of_all()
    {
        host.Write("/etc/conf.d/xencommons", "XENSTORED_STUBDOM=/a.gz\nXENSTORETYPE=nonsense\n");
        Assert.Equal(Severity.Error, Assert.Single(host.Found()).Severity);
        host.Write("/etc/conf.d/xenstored", "XENSTORED_STUBDOM=\nXENSTORETYPE=daemon\n");
        Assert.Empty(host.Found());
    }

    [Theory]
    [InlineData("XENSTORETYPE=stubdom", "xenstored will not start: XENSTORETYPE is stubdom: daemon and domain are known")]
    [InlineData("XENSTORETYPE=domain",
        "xenstored will not start: XENSTORETYPE is domain, and there is no init-xenstore-domain on this host")]
    [InlineData("XENSTORED_MAX_OPEN_FDS=many", "xenstored will not start: XENSTORED_MAX_OPEN_FDS is many")]
    public void What_keeps_the_store_from_starting_is_an_error(string setting, string what)
    {
        host.Write("/etc/conf.d/xencommons", setting + "\n");
        var finding = Assert.Single(host.Found());
        Assert.Equal((Severity.Error, "/etc/conf.d/xencommons"), (finding.Severity, finding.Source));
        Assert.StartsWith(what, finding.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/default/xencommons")]
    [InlineData("/etc/sysconfig/xencommons")]
    public void With_systemd_the_units_files_are_looked_at(string file)
    {
        WithSystemd();
        host.Write("/etc/conf.d/xenstored", "XENSTORETYPE=nonsense\n"); // nobody reads it
        Assert.Empty(host.Found());
        host.Write(file, "XENCONSOLED_OPTS=--log=all\n");
        Assert.Equal("XENCONSOLED_OPTS is not read with systemd", Assert.Single(host.Found()).What);
        host.Write(file, "XENSTORED_STUBDOM=/a.gz\n");
        Assert.StartsWith("XENSTORED_STUBDOM", Assert.Single(host.Found()).What, StringComparison.Ordinal);
    }

    [Fact]
    public void With_systemd_Debians_file_is_told_of_as_well()
    {
        WithSystemd();
        host.Write("/etc/default/xen", "XENCONSOLED_ARGS=--log=all\n");
        var finding = Assert.Single(host.Found());
        Assert.StartsWith("XENCONSOLED_ARGS of /etc/default/xen is not seen", finding.What, StringComparison.Ordinal);
        Assert.Equal("write what you want of it into /etc/default/xencommons", finding.Remedy);
    }

    [Fact]
    public void Where_another_xenstored_starts_its_settings_are_its_own_affair()
    {
        host.Write("/etc/init.d/xenstored", "command=/usr/sbin/xenstored\n");
        host.Write("/etc/conf.d/xenstored", "XENSTORED_STUBDOM=/a.gz\nXENSTORED_OPTS=-T /x\nXENSTORED_ARGS=-v\n");
        host.Write("/etc/default/xen", "XENCONSOLED_ARGS=--log=all\n");
        Assert.DoesNotContain(host.Found(), finding => finding.Topic == "settings");
    }

    [Fact]
    public void In_openSUSE_a_store_without_a_type_is_remarked_on()
    {
        WithSystemd();
        host.Write("/etc/os-release", "NAME=\"openSUSE Tumbleweed\"\nID_LIKE=\"opensuse suse\"\n");
        host.Write("/usr/lib/xen/boot/xenstore-stubdom.gz", "");
        host.Write("/etc/sysconfig/xencommons", "XENSTORETYPE=\"\"\n");
        Assert.Contains(host.Everything(), finding => finding.What.StartsWith("XENSTORETYPE is not set", StringComparison.Ordinal));
        host.Write("/etc/sysconfig/xencommons", "XENSTORETYPE=daemon\n");
        Assert.DoesNotContain(host.Everything(), finding => finding.Topic == "settings");
        host.Write("/etc/sysconfig/xencommons", "");
        host.Write("/usr/lib/systemd/system/xenstored.service", "ExecStart=/usr/libexec/xen/launch-xenstore\n");
        Assert.DoesNotContain(host.Everything(), finding => finding.Topic == "settings");
    }

    void WithSystemd()
    {
        host.Remove("/etc/runlevels");
        host.Remove("/etc/init.d");
        host.Write("/proc/cmdline", "root=/dev/sda1 console=hvc0\n");
        host.Write("/run/systemd/system/x", "");
        foreach (string service in (string[])["xenstored", "xenconsoled", "xen-init-dom0", "xendomains"])
        {
            host.Write($"/usr/lib/systemd/system/{service}.service", "ExecStart=/usr/sbin/xencommons xenstored --foreground\n");
            host.Write($"/etc/systemd/system/multi-user.target.wants/{service}.service", "");
        }
    }
}
