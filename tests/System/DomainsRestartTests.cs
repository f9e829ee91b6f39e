namespace SystemTests;

/// <summary>xendomains over a restart of the machine; on machines of its own.</summary>
public sealed class DomainsRestartTests
{
    const string Guests = DomainsFacts.Settings + """
        guest db 'priority=9 ready=store:data/uptime'
        for i in 1 2 3 4 5 6 7 8; do guest "web $i" requires=db; done
        guest last 'requires="web 1" after="web 2"'

        """;

    const string AllUp =
        "for name in db 'web 1' 'web 2' 'web 3' 'web 4' 'web 5' 'web 6' 'web 7' 'web 8' last; do up \"$name\"; done";

    // Why a guest is not up.
    const string State = "xl list; xl dmesg | tail -20; xenconsoled status; xenstore-control status;"
        + " for file in /var/log/xen/console/guest-*.log; do echo \"== $file\"; tail -n 15 \"$file\"; done";

    static readonly string[] Names = ["db", .. Enumerable.Range(1, 8).Select(number => $"web {number}"), "last"];

    [Theory]
    [InlineData("4.17")] // on 4.20 a whole Debian plays it: make test-hosts
    public void Ten_guests_start_in_order_are_saved_and_go_on_after_the_machine_was_started_anew(string version)
    {
        string disk = Path.Combine(Directory.CreateTempSubdirectory("xen-disk-").FullName, "disk");
        string log = Path.Combine(Suite.Logs, $"{version}-domains");
        using (var file = File.Create(disk))
            file.SetLength(2L << 30);
        var uptimes = new Dictionary<string, double>();
        using (var machine = Machine.Boot(version, Suite.Trees, log + "-1.console", disk))
        {
            machine.Run("start-daemons; modprobe -a virtio_blk ext4 && mke2fs /dev/vda >/dev/null"
                + " && mkdir -p /var/lib/xen/save && mount -t ext4 /dev/vda /var/lib/xen/save", 120).Ok();
            StartInOrder(machine);
            foreach (string name in Names)
                uptimes[name] = Uptime(machine, name, "touch /tmp/mark");
            AreSavedInReverse(machine);
            Assert.Equal("11", machine.Run("ls /var/lib/xen/save | wc -l; umount /var/lib/xen/save").Lines()[0]); // ten images, lost+found
        }
        using (var machine = Machine.Boot(version, Suite.Trees, log + "-2.console", disk))
        {
            machine.Run("start-daemons; modprobe -a virtio_blk ext4"
                + " && mkdir -p /var/lib/xen/save && mount -t ext4 /dev/vda /var/lib/xen/save", 120).Ok();
            Assert.Contains("10 of 10 guests went well", machine.Run(Guests + "xendomains start", 300).Ok(), StringComparison.Ordinal);
            foreach (string name in Names)
                Assert.True(Uptime(machine, name, "ls /tmp/mark") > uptimes[name], $"{name} was booted and not restored");
            Assert.Equal("lost+found", machine.Run("ls /var/lib/xen/save").Ok());
        }
        Directory.Delete(Path.GetDirectoryName(disk)!, recursive: true);
    }

    static void StartInOrder(Machine machine)
    {
        string started = machine.Run(Guests + "xendomains start", 300).Ok();
        var up = machine.Run(DomainsFacts.Shell + AllUp, 200);
        Assert.True(up.Status == 0, "not all guests are up\n" + machine.Run(State).Text);
        Assert.Contains("10 of 10 guests went well", started, StringComparison.Ordinal);
        foreach (string name in Names.Skip(1))
            DomainsFacts.AssertOrder(started, "db runs", $"{name} is being created");
        DomainsFacts.AssertOrder(started, "web 1 runs", "last is being created");
    }

    static void AreSavedInReverse(Machine machine)
    {
        string stopped = machine.Run("xendomains stop", 300).Ok();
        Assert.Contains("10 of 10 guests went well", stopped, StringComparison.Ordinal);
        DomainsFacts.AssertOrder(stopped, "last is saved", "web 1 is being saved");
        foreach (string name in Names.Skip(1))
            DomainsFacts.AssertOrder(stopped, $"{name} is saved", "db is being saved");
    }

    static double Uptime(Machine machine, string name, string before) =>
        double.Parse(machine.Run(DomainsFacts.AskUptime(name, before), 120).Ok(), System.Globalization.CultureInfo.InvariantCulture);
}
