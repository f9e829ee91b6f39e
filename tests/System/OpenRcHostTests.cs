namespace SystemTests;

/// <summary>A whole system with OpenRC as dom0, set up as Gentoo's handbook of Xen tells an administrator to. `make test-hosts`.</summary>
[Trait("Category", "Host")]
public sealed class OpenRcHostTests
{
    const string Ours = "xencommons xenstored xenconsoled xendomains xen-watchdog xenqemudev";

    // Debian's own script is put aside, as its package has it in a runlevel; and somebody can log in on hvc0.
    const string Prepare = """
        for service in xen xendomains; do rc-update del $service default; done
        echo 'x0:2345:respawn:/sbin/agetty 115200 hvc0 linux' >>/etc/inittab
        echo 'XENWATCHDOGD_ARGS="10 2"' >>/etc/conf.d/xencommons

        """;

    // What each service of ours says of itself.
    const string Status = $"for service in {Ours}; do rc-service $service status >/dev/null 2>&1;"
        + " case $? in 0) echo $service started ;; 32) echo $service crashed ;; *) echo $service stopped ;; esac; done";

    const string AllStarted =
        "xencommons started\nxenstored started\nxenconsoled started\nxendomains started\nxen-watchdog started\nxenqemudev started";

    [Theory]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void Services_of_the_default_runlevel_start_in_order_and_guests_live_through_restarts(string version)
    {
        using var host = new DiskHost(version, "openrc");
        host.Boot([Suite.OpenRcTree]);
        host.Run(Prepare + $"for service in {Ours}; do rc-update add $service default || exit; done\n"
            + DomainsFacts.Shell + "guest one ''", 120).Ok();
        host.GoesDown("poweroff", 120);

        host.Boot([]);
        Assert.Equal(AllStarted, host.Run(Status).Ok());
        string console = host.Console();
        string[] order = ["Making a Xen host ready", "Starting xenstored", "Starting xenconsoled", "Starting Xen guests"];
        Assert.Equal(order, order.OrderBy(said => console.IndexOf(said, StringComparison.Ordinal)));
        Assert.DoesNotContain("ERROR", console, StringComparison.Ordinal);
        Assert.Contains("xenqemudev is not needed", console, StringComparison.Ordinal);
        var doctor = host.Run("xencommons check");
        Assert.True(doctor.Status == 0, doctor.Text);

        AGuestLivesThroughARestartOfItsConsoleDaemon(host);
        TheWatchdogIsBackWhenKilledAndResetsNothingWhenStopped(host);
        AGuestLivesThroughAStopAndAKillOfTheStore(host);
        Assert.Equal("Domain-0", host.Run("rc-service xen-watchdog start >&2; xenstore-read /local/domain/0/name").Lines()[^1]);
        host.GoesDown("poweroff", 300);
        console = host.Console();
        string[] stops = ["Stopping Xen guests", "Stopping xen-watchdog", "Stopping xenconsoled", "Stopping xenstored"];
        Assert.Equal(stops, stops.OrderBy(said => console.IndexOf(said, StringComparison.Ordinal)));
        Assert.All(stops, said => Assert.Contains(said, console, StringComparison.Ordinal));
        string end = console[console.IndexOf("Switching to runlevel: 0", StringComparison.Ordinal)..];
        Assert.DoesNotContain("ERROR", end, StringComparison.Ordinal);
        Assert.DoesNotContain("Resetting with ", host.Console(), StringComparison.Ordinal);
    }

    // One that came with the host; and what it says goes on into its log.
    static void AGuestLivesThroughARestartOfItsConsoleDaemon(DiskHost host)
    {
        host.Run(DomainsFacts.Shell + "up one", 200).Ok();
        string domid = host.Run("xl domid one").Ok();
        Assert.Equal("restarted", host.Run("busybox syslogd -O /run/messages; before=$(cat /run/xenconsoled/lock);"
            + " rc-service xenconsoled restart >&2 && [ $(cat /run/xenconsoled/lock) != $before ] && echo restarted", 60).Lines()[^1]);
        Assert.Equal(domid, host.Run("xl domid one").Ok());
        // What the script asks in vain while it waits is no line of a log.
        Assert.Equal("0", host.Run("grep -c 'does our xenconsoled run' /run/messages").Text.Trim());
        // Of supervise-daemon it has no standard error, so its lines go to the system's log.
        host.Run("until grep 'xenconsoled.*serves the consoles' /run/messages; do sleep 0.2; done").Ok();
        host.Run("xl shutdown -w one && xl create /etc/xen/auto/one && "
            + "until xenstore-exists /local/domain/$(xl domid one)/data/uptime; do sleep 0.2; done", 200).Ok();
    }

    static void TheWatchdogIsBackWhenKilledAndResetsNothingWhenStopped(DiskHost host)
    {
        Assert.Equal("started", host.Run(
            "kill -9 $(cat /run/xenwatchdogd/lock); sleep 14; rc-service xen-watchdog status | grep -o started").Ok());
        Assert.Equal("stopped", host.Run(
            "rc-service xen-watchdog stop >&2; sleep 14; rc-service xen-watchdog status | grep -o stopped").Lines()[^1]);
        Assert.NotEqual(0, host.Run("ls /run/xenwatchdogd/timer").Status); // given back, so no reset follows in five minutes either
    }

    // The service of the guests goes on as well. xl's process in the background has lost its connection, so the guest gets another one.
    static void AGuestLivesThroughAStopAndAKillOfTheStore(DiskHost host)
    {
        string domid = host.Run("xl domid one").Ok();
        host.Run("rc-service xenstored stop").Ok();
        Assert.Equal("started", host.Run("rc-service xendomains status >/dev/null && echo started").Lines()[0]);
        host.Run("rc-service xenstored start", 60).Ok();
        const string Back = "until xencommons xenstored --ready; do sleep 0.2; done";
        host.Run($"kill -9 $(cat /run/xen/xenstored.pid); {Back}", 60).Ok();
        host.Run($"kill -9 $(cut -d ' ' -f 4 /proc/$(cat /run/xen/xenstored.pid)/stat); sleep 1; {Back}", 60).Ok();
        Assert.Equal("started", host.Run("rc-service xenstored status | grep -o started").Ok());
        Assert.Equal(domid, host.Run("xl domid one").Ok());
        host.Run(DomainsFacts.AskUptime("one", ":"), 120).Ok(); // it hears and answers through the store
        host.Run("xl destroy one && xl create /etc/xen/auto/one && "
            + "until xenstore-exists /local/domain/$(xl domid one)/data/uptime; do sleep 0.2; done", 200).Ok();
    }

    [Theory]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void In_a_runlevel_of_their_own_services_run_where_the_boot_loader_says_softlevel_and_not_in_default(string version)
    {
        using var host = new DiskHost(version, "openrc");
        host.Boot([Suite.OpenRcTree]);
        host.Run(Prepare + "install -d /etc/runlevels/xen && rc-update -s add default xen && "
            + $"for service in {Ours}; do rc-update add $service xen || exit; done").Ok();
        host.GoesDown("poweroff", 120);

        host.Boot([], "softlevel=xen");
        Assert.Equal(AllStarted, host.Run(Status).Ok());
        string levels = host.Run("rc-status").Ok();
        Assert.True(levels.Contains("Runlevel: xen", StringComparison.Ordinal), levels);
        Assert.True(levels.Contains("Stacked Runlevel: default", StringComparison.Ordinal), levels);
        Assert.Equal("Domain-0", host.Run("xl list >&2 && xenstore-read /local/domain/0/name").Lines()[^1]);
        var doctor = host.Run("xencommons check");
        Assert.True(doctor.Status == 0, doctor.Text);
        host.GoesDown("poweroff", 120);

        // Xen, and the runlevel default: none of ours, and the doctor says what is missing.
        host.Boot([]);
        Assert.DoesNotContain("started", host.Run(Status).Ok(), StringComparison.Ordinal);
        doctor = host.Run("xencommons check");
        const string Missing = "xenstored is in runlevel xen, and this host has booted into default";
        Assert.True(doctor.Status == 2 && doctor.Text.Contains(Missing, StringComparison.Ordinal), doctor.Text);
        host.GoesDown("poweroff", 120);

        // No Xen, and its runlevel all the same: nothing runs, and nothing has failed.
        host.Boot([], "softlevel=xen", withoutXen: true);
        Assert.DoesNotContain("crashed", host.Run(Status).Ok(), StringComparison.Ordinal);
        Assert.Equal("", host.Run("for daemon in xenstored xenconsoled xendomains xenwatchdogd; do pgrep -x $daemon; done;"
            + " ls /run/openrc/failed").Text.Trim());
        Assert.DoesNotContain("ERROR", host.Console(), StringComparison.Ordinal);
        doctor = host.Run("xencommons check");
        Assert.DoesNotContain("xenstored", doctor.Text, StringComparison.Ordinal);
        host.GoesDown("poweroff", 120);
    }
}
