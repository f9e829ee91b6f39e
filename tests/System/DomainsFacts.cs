namespace SystemTests;

/// <summary>xendomains with the host's own xl and real guests.</summary>
public abstract class DomainsFacts(XenHost host) : IDisposable
{
    /// <summary>Ten guests that need nothing of each other.</summary>
    internal const string TenGuests = "for i in $(seq 10); do guest guest$i ''; done";

    /// <summary>Guests as configurations in /etc/xen/auto, and settings that save them.</summary>
    internal const string Settings = Shell + """
        printf 'XENDOMAINS_AUTO=/etc/xen/auto\nXENDOMAINS_SAVE=/var/lib/xen/save\n' >/etc/default/xendomains

        """;

    /// <summary>
    /// With this the tests' scripts make guests and wait for them. The emulation breaks a kernel now and then while it patches its own
    /// code: then the guest reboots.
    /// </summary>
    internal const string Shell = """
        mkdir -p /etc/xen/auto /var/lib/xen/save
        guest() { # NAME COMMENT
            printf 'name = "%s"\ntype = "pv"\nkernel = "/guest/vmlinux"\nramdisk = "/guest/initrd"\nextra = "console=hvc0 quiet panic=-1"\n
        """ + """
        memory = 96\nvcpus = 1\n# xendomains: %s\n' "$1" "$2" >"/etc/xen/auto/$1"
        }
        up() { until xenstore-exists /local/domain/$(xl domid "$1")/data/uptime; do sleep 0.2; done >/dev/null 2>&1; }

        """;

    /// <inheritdoc/>
    public void Dispose()
    {
        host.Run("for id in $(xl list | sed 1,2d | sed 's/.* \\([0-9]\\+\\) \\+[0-9]\\+ \\+[0-9]\\+ \\+[-a-z]\\{6\\} .*/\\1/'); do"
            + " xl destroy $id; done; umount /var/lib/xen/save;"
            + " rm -rf /etc/xen/auto /var/lib/xen/save /var/lock/xendomains", 120);
        GC.SuppressFinalize(this);
    }

    [Fact, Trait("Category", "Once")]
    public void Killed_while_it_saves_it_finds_the_image_and_the_guest_goes_on()
    {
        host.Run(Settings + "guest one ''; xendomains start && up one", 120).Ok();
        double before = Uptime("one");
        string said = host.Run("""
            xendomains stop >/dev/null & pid=$!
            until pgrep libxl-save-help >/dev/null; do sleep 0.05; done
            kill -9 $pid
            xendomains start; echo "[$?]"; ls -A /var/lib/xen/save/.xendomains/*
            """, 180).Ok();
        Assert.True(said.Contains("is being saved or restored by another xl; waiting for its end", StringComparison.Ordinal), said);
        Assert.True(said.Contains("one runs again, restored", StringComparison.Ordinal), said);
        Assert.True(said.Contains("[0]", StringComparison.Ordinal), said);
        Assert.True(Uptime("one") > before, said);
    }

    [Fact, Trait("Category", "Once")]
    public void Xl_killed_as_well_in_mid_save_leaves_a_guest_that_is_told_apart()
    {
        host.Run(Settings + "guest one ''; xendomains start && up one", 120).Ok();
        string said = host.Run("""
            xendomains stop >/dev/null & pid=$!
            until pgrep libxl-save-help >/dev/null; do sleep 0.05; done
            kill -9 $pid $(pgrep -f 'xl save') $(pgrep libxl-save-help)
            sleep 1
            xendomains stop; echo "[$?]"; xendomains start; echo "[$?]"; xl list one
            """, 180).Ok();
        // By chance the image was whole, and then it is as saved; else the guest is lost and says so, and is begun anew.
        bool isSaved = said.Contains("one is saved\n", StringComparison.Ordinal)
            && said.Contains("one runs again, restored", StringComparison.Ordinal);
        bool isLost = said.Contains("one was destroyed", StringComparison.Ordinal) && said.Contains("one runs\n", StringComparison.Ordinal);
        Assert.True(isSaved || isLost, said);
    }

    [Fact, Trait("Category", "Once")]
    public void Without_room_for_its_image_a_guest_is_shut_down()
    {
        string said = host.Run(Settings + "mount -t tmpfs -o size=110m save /var/lib/xen/save; guest one '';"
            + " xendomains start && up one && xendomains stop && ls /var/lib/xen/save", 180).Ok();
        Assert.True(said.Contains("one is not saved: /var/lib/xen/save has room for", StringComparison.Ordinal), said);
        Assert.True(said.Contains("one has shut down", StringComparison.Ordinal), said);
        Assert.EndsWith("1 of 1 guests went well", said, StringComparison.Ordinal);
    }

    [Fact, Trait("Category", "Once")]
    public void A_disk_that_is_full_in_mid_save_costs_the_image_and_not_the_guest()
    {
        host.Run(Settings + "mount -t tmpfs -o size=200m save /var/lib/xen/save; guest one stop=save;"
            + " xendomains start && up one", 120).Ok();
        double before = Uptime("one");
        string said = host.Run("""
            xendomains save >/root/said 2>&1 & pid=$!
            until helper=$(pgrep libxl-save-help); do sleep 0.02; done
            kill -STOP $helper # it would be done before the disk is full
            dd if=/dev/zero of=/var/lib/xen/save/fill bs=1M count=250 2>/dev/null
            kill -CONT $helper
            wait $pid; echo "[$?]"; cat /root/said; ls /var/lib/xen/save/.xendomains/saving
            """, 180).Ok();
        Assert.True(said.Contains("[1]", StringComparison.Ordinal), said);
        Assert.True(said.Contains("one could not be saved", StringComparison.Ordinal), said);
        Assert.DoesNotContain("\none\n", said + "\n", StringComparison.Ordinal); // half an image does not stay
        Assert.True(Uptime("one") > before, said);
    }

    [Fact, Trait("Category", "Once")]
    public void A_save_whose_time_is_up_lets_its_guest_go_on()
    {
        host.Run(Settings + "mount -t tmpfs -o size=600m save /var/lib/xen/save; guest one 'stop=save save-within=1';"
            + " sed -i 's/= 96/= 400/' /etc/xen/auto/one; xendomains start && up one", 120).Ok();
        double before = Uptime("one");
        string said = host.Run("xendomains save; echo \"[$?]\"", 120).Ok();
        Assert.True(said.Contains("one could not be saved: it took longer than 1 s", StringComparison.Ordinal), said);
        Assert.True(Uptime("one") > before, said);
    }

    [Fact, Trait("Category", "Interfaces")]
    public void A_saved_guest_is_not_restored_over_a_disk_that_was_used_since()
    {
        string said = host.Run(Settings + """
            dd if=/dev/zero of=/root/disk bs=1M count=8 2>/dev/null; losetup /dev/loop7 /root/disk
            guest one ''; echo "disk = ['phy:/dev/loop7,xvda,w']" >>/etc/xen/auto/one
            xendomains start && up one && xendomains stop && cat /var/lib/xen/save/.xendomains/disks/one
            dd if=/root/disk of=/root/before bs=1M 2>/dev/null; echo used | dd of=/dev/loop7 bs=512 seek=9 conv=fsync 2>/dev/null
            xendomains start; echo "[$?]"; xl list one
            dd if=/root/before of=/dev/loop7 bs=1M conv=fsync 2>/dev/null
            xendomains start; echo "[$?]"; xl list one | tail -1; ls /var/lib/xen/save
            xl destroy one; losetup -d /dev/loop7
            """, 180).Ok();
        Assert.True(said.Contains("device:", StringComparison.Ordinal), said);
        Assert.True(said.Contains("its disk /dev/loop7 was used after it was made", StringComparison.Ordinal), said);
    }

    [Fact, Trait("Category", "Once")]
    public void A_guest_that_ignores_a_shutdown_is_destroyed_and_that_is_said()
    {
        string said = host.Run(Settings + """
            printf 'name = "deaf"\ntype = "pvh"\nkernel = "/guest/hostile"\nextra = "idle"\nmemory = 16\nshadow_memory = 4\n
            """ + """
            # xendomains: stop=shutdown,destroy shutdown-within=8\n' >/etc/xen/auto/deaf
            xendomains start && xendomains stop; echo "[$?]"; xl list
            """, 120).Ok();
        Assert.True(said.Contains("deaf has not shut down within 8 s", StringComparison.Ordinal), said);
        Assert.True(said.Contains("deaf was destroyed: nothing else had stopped it", StringComparison.Ordinal), said);
        Assert.True(said.Contains("[1]", StringComparison.Ordinal), said);
        Assert.DoesNotContain("\ndeaf ", said[said.IndexOf("[1]", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact, Trait("Category", "Once")]
    public void A_guest_that_reboots_is_not_started_a_second_time()
    {
        string said = host.Run(Settings + """
            guest one ''
            xendomains start >/dev/null && up one
            before=$(xl domid one)
            xl reboot one
            for try in $(seq 12); do xendomains start; sleep 0.3; done
            until [ "$(xl domid one 2>/dev/null)" -gt $before ] 2>/dev/null; do sleep 0.3; done
            xendomains start
            xl list; cat /var/log/xen/xl-one.log
            """, 180).Ok();
        Assert.DoesNotContain("is being created", said, StringComparison.Ordinal);
        Assert.Single(said.Split('\n'),
            line => line.StartsWith("one ", StringComparison.Ordinal) && line.Contains("  96 ", StringComparison.Ordinal));
    }

    [Fact, Trait("Category", "Interfaces")]
    public void Check_finds_nothing_on_a_good_host_and_what_is_missing_on_another()
    {
        Assert.Equal("", host.Run(Settings + "printf \"vif = ['bridge=xenbr0']\\n\" >/root/vif; guest one '';"
            + " cat /root/vif >>/etc/xen/auto/one; xendomains check").Ok());
        var bad = host.Run("sed -i s/xenbr0/nobridge/ /etc/xen/auto/one; printf 'memory = [\n' >/etc/xen/auto/broken; xendomains check");
        Assert.Equal(1, bad.Status);
        Assert.Contains("one: its bridge nobridge is not there", bad.Text, StringComparison.Ordinal);
        Assert.Contains("broken would not start", bad.Text, StringComparison.Ordinal);
    }

    double Uptime(string name) => Uptime(host.Run, name, ":");

    static double Uptime(Func<string, int, Output> run, string name, string before) =>
        double.Parse(run(AskUptime(name, before), 120).Ok(), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Of two things that were said the first stands before the second.</summary>
    internal static void AssertOrder(string said, string first, string second) =>
        Assert.True(said.IndexOf(first, StringComparison.Ordinal) < said.IndexOf(second, StringComparison.Ordinal), said);

    /// <summary>
    /// A script that has a guest run a command and prints its uptime. Each question has a number of its own: a guest that was restored
    /// remembers the last that it answered.
    /// </summary>
    internal static string AskUptime(string name, string before) => $$"""
        home=/local/domain/$(xl domid '{{name}}')
        number=${EPOCHREALTIME/./}
        xenstore-write $home/data/command "$number {{before}} >/dev/null && cut -d' ' -f1 /proc/uptime"
        until case $(xenstore-read $home/data/result 2>/dev/null) in "$number "*) true ;; *) false ;; esac; do sleep 0.1; done
        result=$(xenstore-read $home/data/result)
        echo "${result##* }"
        """;
}
