using System.Globalization;

namespace SystemTests;

/// <summary>
/// A whole Debian with systemd as dom0: installed, enabled and started anew as an administrator would. `make test-hosts`.
/// </summary>
[Trait("Category", "Host")]
public sealed class SystemdHostTests
{
    // Of ten guests nine need the first.
    const string Guests = DomainsFacts.Settings + """
        guest db 'priority=9 ready=store:data/uptime'
        for i in $(seq 9); do guest "web $i" requires=db; done

        """;

    static readonly string[] Names = ["db", .. Enumerable.Range(1, 9).Select(number => $"web {number}")];

    [Theory]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void Guests_start_with_the_host_and_are_saved_by_its_poweroff_and_go_on_when_it_is_back(string version)
    {
        using var host = Installed(version, Guests, forGuests: 400);
        Assert.Equal("active", host.Run("systemctl is-active xendomains").Ok());
        Assert.Equal("Domain-0", host.Run("xenstore-read /local/domain/0/name").Ok());
        var doctor = host.Run("xencommons check");
        Assert.True(doctor.Status == 0 && doctor.Text.Contains("0 errors, 0 warnings", StringComparison.Ordinal), doctor.Text);
        string started = host.Journal("xendomains");
        foreach (string name in Names.Skip(1))
            DomainsFacts.AssertOrder(started, "db runs", $"{name} is being created");
        host.Run(DomainsFacts.Settings + "for name in db 'web 1' 'web 2' 'web 3' 'web 4' 'web 5' 'web 6' 'web 7' 'web 8' 'web 9'; do"
            + " up \"$name\"; done", 300).Ok();
        var uptimes = Names.ToDictionary(name => name, name => Uptime(host, name));
        host.GoesDown("systemctl poweroff", 600);

        host.Boot([]);
        string stopped = host.Run("journalctl -b -1 -o cat -u xendomains").Ok();
        host.Run("systemctl is-system-running --wait", 400).Ok();
        Assert.Equal("active", host.Run("systemctl is-active xendomains").Ok());
        foreach (string name in Names.Skip(1))
            DomainsFacts.AssertOrder(stopped, $"{name} is saved", "db is being saved");
        Assert.Contains("10 of 10 guests went well", stopped, StringComparison.Ordinal);
        foreach (string name in Names)
            Assert.True(Uptime(host, name) > uptimes[name], $"{name} was booted and not restored");
        Assert.Equal("0", host.Run("find /var/lib/xen/save -type f | wc -l").Ok());
    }

    [Theory]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void The_watchdog_outlives_its_process_is_stopped_by_hand_without_a_reset_and_resets_a_host_that_hangs_on_its_way_down(
        string version)
    {
        using var host = Installed(version, """echo 'XENWATCHDOGD_ARGS="--shutdown-budget=15 10 2"' >/etc/default/xencommons""");
        string said = host.Run("""
            systemctl kill -s KILL xen-watchdog; sleep 14; systemctl is-active xen-watchdog; journalctl -b -o cat -u xen-watchdog
            """).Ok();
        Assert.True(said.StartsWith("active", StringComparison.Ordinal), said);
        Assert.True(said.Contains("which an earlier process left", StringComparison.Ordinal), said);
        Assert.Equal("0", host.Run("until [ $(xenwatchdogd status | grep -c ' well ') = 12 ]; do sleep 0.5; done;"
            + " xenwatchdogd status >/dev/null; echo $?", 120).Ok());
        said = host.Run("systemctl stop xen-watchdog; sleep 14; systemctl is-active xen-watchdog;"
            + " journalctl -b -o cat -u xen-watchdog | tail -8").Text;
        Assert.True(said.StartsWith("inactive", StringComparison.Ordinal), said);
        Assert.True(said.Contains("timer 1 is given back", StringComparison.Ordinal), said);

        // A service that hangs at its stop, after the watchdog's.
        host.Run("""
            printf '[Unit]\nBefore=xen-watchdog.service\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n
            """ + """
            ExecStop=/bin/sleep infinity\nTimeoutStopSec=infinity\n' >/etc/systemd/system/hangs.service
            systemctl daemon-reload; systemctl start hangs xen-watchdog
            """).Ok();
        host.GoesDown("systemctl poweroff", 120);
        Assert.Contains("Resetting with ", host.Console(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void The_package_takes_over_is_upgraded_and_purged_under_a_guest_which_goes_on_with_Debians_own(string version)
    {
        using var host = new DiskHost(version, "systemd");
        host.Boot([Suite.PackageTree]);
        host.Run("systemctl is-system-running --wait; mkdir -p /var/log/journal; pgrep oxenstored", 300).Ok(); // Debian's default
        host.Run(DomainsFacts.Shell + "guest one ''; xl create /etc/xen/auto/one && up one", 200).Ok();
        double up = Uptime(host, "one");
        TakesOverFromOxenstored(host);
        GoesOn(host, ref up);
        AnUpgradeIsTakenOver(host, "next");
        AnUpgradeIsTakenOver(host, "next2");
        TheStoreIsKilledAndRestartedBeneathAGuest(host);
        TheStoreIsKilledWhileAGuestIsMade(host);
        GoesOn(host, ref up);
        host.GoesDown("systemctl poweroff", 240);

        host.Boot([]);
        host.Run("systemctl is-system-running --wait", 400);
        Assert.True(Uptime(host, "one") > up, "the guest was booted, and not saved and restored");
        AllIsWell(host);
        up = Uptime(host, "one");
        GivesBack(host, ref up);
        host.Run("xl shutdown -w one", 120).Ok();
        host.Run(DomainsFacts.Shell + "xl create /etc/xen/auto/one && up one && xl destroy one; rm /etc/xen/auto/one", 200).Ok();
        host.GoesDown("systemctl poweroff", 120);

        host.Boot([]);
        host.Run("systemctl is-system-running --wait", 200);
        Assert.Equal("active", host.Run("systemctl is-active xen").Ok());
        host.Run("pgrep oxenstored && pgrep xenconsoled && xl list"
            + " && ! ls -d /usr/sbin/xencommons /var/lib/xen/watchdog 2>/dev/null").Ok();
        Assert.Equal("", host.Run("dpkg -V xen-utils-common; dpkg-divert --list | grep xen").Text);
    }

    // A client of oxenstored hears of a change that is made when ours has the store.
    static void TakesOverFromOxenstored(DiskHost host)
    {
        host.Run("xenstore-watch /watched >/root/events 2>&1 &").Ok();
        string installed = host.Run("dpkg -i /root/*.deb && systemctl enable --now xen-watchdog", 300).Ok();
        Assert.Contains("oxenstored becomes /usr/sbin/xenstored (our xenstored)", installed, StringComparison.Ordinal);
        Assert.True(installed.Contains("xenstored and xenconsoled have taken over, and guests go on", StringComparison.Ordinal), installed
            + host.Run("journalctl -b -o short-monotonic | tail -60").Text);
        Assert.Equal("active active active active",
            host.Run("echo $(systemctl is-active xencommons xenstored xen-init-dom0 xenconsoled)").Ok());
        Assert.Equal("/usr/sbin/xenstored", host.Run("readlink /proc/$(systemctl show -P MainPID xenstored)/exe").Ok());
        Assert.StartsWith("xenstored ", host.Run("xenstore-control status").Ok(), StringComparison.Ordinal); // which no other store answers
        ConsoleIsTaken(host);
        host.Run("xenstore-write /watched 1; until [ $(grep -c /watched /root/events) = 2 ]; do sleep 0.2; done").Ok();
    }

    // What the guest prints comes to the terminal that the console daemon has for it.
    static void ConsoleIsTaken(DiskHost host)
    {
        host.Run("cat $(xenstore-read /local/domain/$(xl domid one)/console/tty) >/root/printed 2>&1 &").Ok();
        host.Run(DomainsFacts.AskUptime("one", "echo heard >/dev/hvc0; true")).Ok();
        host.Run("until grep -q heard /root/printed; do sleep 0.2; done").Ok();
    }

    static void AllIsWell(DiskHost host)
    {
        Assert.Equal("active active active active active active",
            host.Run("echo $(systemctl is-active xencommons xenstored xen-init-dom0 xenconsoled xendomains xen-watchdog)").Ok());
        Assert.Contains("0 errors, 0 warnings", host.Run("xencommons check").Ok(), StringComparison.Ordinal);
        UnitsHaveStartedInOrder(host);
        string journal = host.Run("journalctl -b -u xenstored -o json").Ok();
        foreach (string field in (string[])["\"SYSLOG_IDENTIFIER\":\"xenstored\"", "\"MESSAGE_ID\":\"", "\"XENSTORE_DOMID\":\""])
            Assert.Contains(field, journal, StringComparison.Ordinal);
    }

    static void GivesBack(DiskHost host, ref double up)
    {
        string purged = host.Run("dpkg -P xen-dom0-daemons", 200).Ok();
        Assert.Contains("Xen's own xenstored and xenconsoled have taken over", purged, StringComparison.Ordinal);
        Assert.NotEqual(0, host.Run("xenstore-control status").Status);
        host.Run("pgrep xenstored && pgrep xenconsoled && ! pgrep oxenstored").Ok();
        ConsoleIsTaken(host);
        GoesOn(host, ref up);
    }

    // The guest writes its uptime into the store again and again.
    static void GoesOn(DiskHost host, ref double up)
    {
        double now = Uptime(host, "one");
        Assert.True(now > up, $"it has run for {now} s and had run for {up} s before");
        up = now;
    }

    static void UnitsHaveStartedInOrder(DiskHost host)
    {
        string[] order = ["xencommons", "xenstored", "xen-init-dom0", "xendomains"];
        var started = order.Select(unit => host.Run($"systemctl show -P ActiveEnterTimestampMonotonic {unit}").Ok())
            .Select(when => long.Parse(when, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(started.Order(), started);
    }

    // Consoles and the watchdog take their work over. The store and the guest go on. What an administrator has changed stays.
    static void AnUpgradeIsTakenOver(DiskHost host, string name)
    {
        string pids = "for daemon in xenstored xenconsoled xenwatchdogd; do pgrep -o -x $daemon; done"; // of the store: its keeper's
        string[] before = host.Run(pids).Lines();
        double up = Uptime(host, "one");
        string said = host.Run("grep -q '^XENSTORED_ARGS' /etc/default/xencommons"
            + " || echo 'XENSTORED_ARGS=\"-E 2000\"' >>/etc/default/xencommons; "
            + $"dpkg-deb -R /root/*.deb /root/{name} && sed -i 's/^Version: .*/&+{name}/' /root/{name}/DEBIAN/control"
            + $" && mkdir /root/{name}.d && dpkg-deb -Znone -b /root/{name} /root/{name}.d/ && dpkg -i /root/{name}.d/*.deb"
            + " && tail -1 /etc/default/xencommons", 400).Ok();
        Assert.Contains("xendomains takes the new version at the next boot", said, StringComparison.Ordinal);
        Assert.True(said.Contains("xenstored goes on as the new version", StringComparison.Ordinal), said + host.Journal("xenstored"));
        Assert.EndsWith("XENSTORED_ARGS=\"-E 2000\"", said, StringComparison.Ordinal);
        string[] after = host.Run(pids).Lines();
        Assert.Equal((before[0], true, true), (after[0], before[1] != after[1], before[2] != after[2]));
        Assert.Contains("which an earlier process left", host.Journal("xen-watchdog"), StringComparison.Ordinal);
        Assert.True(Uptime(host, "one") > up);
    }

    // A killed keeper takes its store along, and systemd starts both again. So does a restart. The guest's nodes stay, and it writes on.
    static void TheStoreIsKilledAndRestartedBeneathAGuest(DiskHost host)
    {
        const string Back = "until xencommons xenstored --ready 2>/dev/null; do sleep 0.2; done";
        double up = Uptime(host, "one");
        host.Run($"kill -9 $(cat /run/xen/xenstored.pid); {Back}", 60).Ok();
        Assert.Equal("0", host.Run("systemctl show -P NRestarts xenstored").Ok());
        host.Run($"kill -9 $(systemctl show -P MainPID xenstored); sleep 1; {Back}", 60).Ok();
        Assert.Equal("1", host.Run("systemctl show -P NRestarts xenstored").Ok());
        host.Run($"systemctl restart xenstored; {Back}", 60).Ok();
        host.Run("until systemctl -q is-active xenstored && systemctl -q is-active xen-init-dom0; do sleep 0.2; done").Ok();
        Assert.True(Uptime(host, "one") > up);
    }

    // Fifty times, while the guest writes into the store and onto its disk, and xl makes another guest.
    static void TheStoreIsKilledWhileAGuestIsMade(DiskHost host)
    {
        const string Written = "until [ \"$(head -c 4 /root/one.img)\" = here ]; do sleep 0.2; done";
        host.Run("truncate -s 4M /root/one.img; xl block-attach one 'format=raw,vdev=xvda,access=rw,target=/root/one.img'").Ok();
        host.Run(DomainsFacts.AskUptime("one", "(until [ -b /dev/xvda ]; do sleep 0.1; done;"
            + " while echo here | dd of=/dev/xvda bs=512 conv=sync,fsync; do :; done) >/dev/null 2>&1 & true")).Ok();
        host.Run(Written).Ok();
        string said = host.Run(DomainsFacts.Shell + """
            (for kill in $(seq 50); do kill -9 $(cat /run/xen/xenstored.pid); sleep 0.6; done; touch /root/killed) &
            guest two ''
            until [ -e /root/killed ]; do xl create /etc/xen/auto/two && up two && xl destroy two || echo 'two has failed'; done
            rm /etc/xen/auto/two /root/killed
            """, 400).Ok();
        Assert.DoesNotContain("two has failed", said, StringComparison.Ordinal);
        host.Run("dd if=/dev/zero of=/root/one.img bs=512 count=1 conv=notrunc 2>/dev/null; " + Written).Ok();
    }

    [Theory]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void QEMU_serves_domain_0_with_a_disk_of_another_format_and_is_back_when_it_was_killed(string version)
    {
        using var host = Installed(version, "systemctl enable xen-qemu-dom0-disk-backend");
        Assert.Equal("active", host.Run("systemctl is-active xen-qemu-dom0-disk-backend").Ok());
        const string Disk = """
            modprobe xen-blkfront
            qemu-img create -q -f qcow2 /var/lib/xen/disk.qcow2 16M
            attach() { xl block-attach 0 format=qcow2,backendtype=qdisk,vdev=$1,access=rw,target=/var/lib/xen/disk.qcow2;
            """ + """
             until [ -b /dev/$1 ]; do sleep 0.2; done; }

            """;
        string said = host.Run(Disk + """
            attach xvda && echo written | dd of=/dev/xvda conv=fsync status=none && xl block-detach 0 xvda
            """ + """
             && until [ ! -b /dev/xvda ]; do sleep 0.2; done
            systemctl kill -s KILL xen-qemu-dom0-disk-backend; sleep 3; systemctl is-active xen-qemu-dom0-disk-backend
            attach xvdb && head -c 7 /dev/xvdb
            """, 200).Ok();
        Assert.EndsWith("active\nwritten", said, StringComparison.Ordinal);
        Assert.NotEqual("", host.Run("xl block-detach 0 xvdb; xenstore-read /local/domain/0/image/device-model-pid").Ok());
        Assert.NotEqual(0, host.Run("systemctl stop xen-qemu-dom0-disk-backend;"
            + " xenstore-exists /local/domain/0/image/device-model-pid").Status);
        string exposure = host.Run("systemd-analyze security xen-qemu-dom0-disk-backend | tail -1").Ok();
        Assert.Matches(@": [012]\.\d ", exposure);
    }

    // Debian's Xen with the package of ours, started anew since, and what is in the way of nothing has failed.
    internal static DiskHost Installed(string version, string before, int forGuests = 0, string beneath = ":") =>
        Installed(new(version, "systemd"), Suite.PackageTree, before, forGuests, beneath);

    // The same on any host, which is ended if it fails, with the packages of a tree.
    internal static DiskHost Installed(DiskHost host, string packages, string before, int forGuests, string beneath = ":")
    {
        try
        {
            host.Boot([packages]);
            host.Run("systemctl is-system-running --wait; " + beneath, 300).Ok();
            string installed = host.Run("mkdir -p /var/log/journal && dpkg -i /root/*.deb && systemctl enable xen-watchdog", 300).Ok();
            Assert.Contains("xenstored and xenconsoled have taken over, and guests go on", installed, StringComparison.Ordinal);
            host.Run(before).Ok();
            host.GoesDown("systemctl poweroff", 120 + forGuests);
            host.Boot([]);
            var running = host.Run("systemctl is-system-running --wait || systemctl --failed --no-pager", 200 + forGuests);
            Assert.True(running.Text.Trim() == "running", running.Text);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    internal static double Uptime(DiskHost host, string name) =>
        double.Parse(host.Run(DomainsFacts.AskUptime(name, ":"), 120).Ok(), CultureInfo.InvariantCulture);
}
