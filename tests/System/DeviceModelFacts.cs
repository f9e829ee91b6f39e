namespace SystemTests;

/// <summary>Guests with a device model: QEMU in dom0 talks to our store, and its consoles stand beside ours.</summary>
public abstract class DeviceModelFacts(XenHost host)
{
    const string Screen = "vfb = [ 'vnc=1,vnclisten=127.0.0.1,vncdisplay=7' ]";

    // What a VNC server says first.
    const string Greeting = "exec 3<>/dev/tcp/127.0.0.1/5907; head -c 12 <&3";

    [Fact]
    [Trait("Category", "Long")]
    public void A_guest_has_a_qcow2_disk_a_shared_folder_and_a_screen_from_its_device_model()
    {
        var before = Before();
        host.Run("cd /root; qemu-img create -q -f qcow2 disk.qcow2 16M; mkdir -p share; echo from-dom0 >share/file; rm -f share/back").Ok();
        using (var guest = Guest.Boot(host, new("devices")
        {
            Memory = 128,
            Ramdisk = "/guest/initrd-more",
            More = "disk = [ 'format=qcow2,vdev=xvda,access=rw,target=/root/disk.qcow2' ]\n"
                + "p9 = [ 'tag=share,path=/root/share,security_model=none' ]\n" + Screen,
        }))
        {
            guest.Run("until [ -b /dev/xvda ]; do sleep 0.1; done;"
                + " echo on-the-disk | dd of=/dev/xvda bs=512 seek=5 conv=fsync 2>/dev/null").Ok();
            guest.Run("for module in /modules/share/*.ko; do insmod $module; done;"
                + " mkdir /tmp/share; mount -t 9p -o trans=xen,version=9p2000.L share /tmp/share").Ok();
            Assert.Equal("from-dom0", guest.Run("echo from-guest >/tmp/share/back; cat /tmp/share/file").Ok());
            Assert.Equal("from-guest", host.Run("cat /root/share/back").Ok());
            Assert.Equal("xen", guest.Run("cat /sys/class/graphics/fb0/name; ls /dev/input/mouse0 >/dev/null").Ok());
            Assert.StartsWith("RFB 003.", host.Run(Greeting).Ok(), StringComparison.Ordinal);
            foreach (string device in (string[])["vbd/51712", "9pfs/0", "vfb/0", "vkbd/0"])
                Assert.Equal("4", host.Run($"xenstore-read {guest.Home}/device/{device}/state").Ok());
            host.Run("xl shutdown devices").Ok();
            guest.WaitUntilGone();
        }
        Assert.Equal("on-the-disk", host.Run("cd /root; qemu-img convert -O raw disk.qcow2 disk.raw;"
            + " dd if=disk.raw bs=512 skip=5 count=1 2>/dev/null | head -c 11; rm disk.qcow2 disk.raw").Ok());
        Leftovers.AssertNone(host, before);
    }

    /// <summary>
    /// A channel is a console beside the first, which the device model serves. With `channel=` Debian's xl (4.17 and 4.20) makes no guest:
    /// it gives the first channel the number of the console ("Primary console has invalid configuration", mended in Xen 4.21).
    /// So the nodes are made here as libxl makes them.
    /// </summary>
    [Fact]
    [Trait("Category", "Long")]
    public void A_guests_channel_goes_to_its_device_model_and_leaves_the_console_alone()
    {
        var before = Before();
        using (var guest = Guest.Boot(host, new("channel") { CommandLine = "console=hvc0 quiet talks", More = Screen }))
        {
            int domid = guest.Domid;
            string front = $"{guest.Home}/device/console/1", back = $"/local/domain/0/backend/console/{domid}/1";
            MakeChannel(domid, front, back);
            // QEMU throws away what is said while nobody has its terminal open, and looks for that once a second only.
            guest.Run("until [ -c /dev/hvc1 ]; do sleep 0.1; done; (exec 9<>/dev/hvc1; stty raw -echo <&9;"
                + " (while :; do echo ready >&9; sleep 1; done) & read -r line <&9; kill $!;"
                + " echo \"through the channel: $line\" >&9) >/dev/null 2>&1 &").Ok();
            Assert.Equal("through the channel: hello", host.Run($"""
                exec 3<>$(xenstore-read {front}/tty)
                stty raw -echo <&3
                while read -r line <&3; do
                    case $line in
                    ready*) [ -n "$asked" ] || echo hello >&3; asked=1 ;;
                    *) echo "$line" | tr -d '\r'; break ;;
                    esac
                done
                """).Ok());
            using var terminal = new Terminal(host, "xl console channel");
            terminal.Type("hello console\r");
            terminal.See("HEARD: hello console");
            terminal.Type("\x1d");
            terminal.End(expected: 0);
            string log = host.Run("cat /var/log/xen/console/guest-channel.log").Text;
            Assert.DoesNotContain("through the channel: hello", log, StringComparison.Ordinal);
            host.Run($"xl destroy channel; xenstore-rm -t {back}"); // of what was made by hand libxl knows nothing
        }
        Leftovers.AssertNone(host, before);
    }

    void MakeChannel(int domid, string front, string back)
    {
        host.Run($"""
            xenstore-write {back}/frontend {front} {back}/frontend-id {domid} {back}/online 1 {back}/state 1
            """ + $"""
             {back}/protocol vt100 {back}/name org.example.channel {back}/connection pty
            xenstore-chmod -r {back} n0 r{domid}
            xenstore-write {front}/backend {back} {front}/backend-id 0 {front}/limit 1048576 {front}/type ioemu
            """ + $"""
             {front}/output pty {front}/tty '' {front}/name org.example.channel {front}/protocol vt100
            xenstore-chmod -r {front} n{domid} r0
            xenstore-write {front}/state 1
            """).Ok();
        host.Await($"[ \"$(xenstore-read {back}/state)\" = 4 ] && [ -c \"$(xenstore-read {front}/tty)\" ]");
    }

    /// <summary>SeaBIOS, then GRUB, which has its menu on the serial port: no operating system yet, so this takes seconds.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public void An_hvm_guests_serial_port_is_typed_into_with_xl_console()
    {
        var before = Before();
        Guest.Configure(host, "bios", Hvm("bios"));
        using (var guest = Guest.CreateConfigured(host, "bios"))
        {
            using var terminal = new Terminal(host, "xl console -t serial bios");
            terminal.See("The second", 300);
            // The daemon has its own console of the guest beside it.
            Assert.Contains(host.Run("xenconsoled status").Lines(), line => line.Contains(" bios ", StringComparison.Ordinal));
            Assert.StartsWith("RFB 003.", host.Run(Greeting).Ok(), StringComparison.Ordinal);
            terminal.Type("\\033[B\r");
            terminal.See("GRUB begins the second");
            terminal.Type("hello\r");
            terminal.See("GRUB was told hello");
            terminal.Type("\x1d");
            terminal.End(expected: 0);
        }
        Leftovers.AssertNone(host, before);
    }

    /// <summary>
    /// A kernel that gives way to another (kexec) asks for a soft reset: the toolstack makes store and console anew for the domain,
    /// which lives on. Only an HVM guest may.
    /// </summary>
    [Fact]
    [Trait("Category", "Long")]
    public void A_soft_reset_leaves_a_guest_its_store_and_its_console()
    {
        var before = Before();
        Guest.Configure(host, "resets", Hvm("resets"));
        using (var guest = Guest.CreateConfigured(host, "resets"))
        {
            int domid = guest.Domid;
            using var menu = new Terminal(host, "xl console -t serial resets");
            menu.See("The third", 300);
            menu.Type("\\033[B\\033[B\r");
            host.Await($"[ \"$(xenstore-read {guest.Home}/data/reset)\" = done ]", 300);
            Assert.Equal(domid, guest.Domid);
            using var terminal = new Terminal(host, "xl console -t pv resets");
            terminal.Type("x");
            terminal.See("HEARD: x");
            terminal.Type("\x1d");
            terminal.End(expected: 0);
            string log = host.Run("cat /var/log/xen/console/guest-resets.log").Text;
            Assert.Contains("GUEST: before the reset", log, StringComparison.Ordinal);
            Assert.Contains("GUEST: after the reset", log, StringComparison.Ordinal);
        }
        Leftovers.AssertNone(host, before);
    }

    [Fact]
    [Trait("Category", "Long")]
    public void An_hvm_guest_boots_linux_from_its_disk_and_takes_commands()
    {
        var before = Before();
        Guest.Configure(host, "hvm", Hvm("hvm"));
        using (var guest = Guest.CreateConfigured(host, "hvm"))
        {
            using var terminal = new Terminal(host, "xl console -t serial hvm");
            terminal.See("The second", 300);
            terminal.Type("\r");
            terminal.See("GUEST: up after", 1500);
            Assert.Equal("hvm", guest.Run("xenstore-read name", 200).Ok());
            Assert.Equal("HVM", guest.Run("cat /sys/hypervisor/guest_type", 200).Ok());
        }
        Leftovers.AssertNone(host, before);
    }

    // libxl takes away what it wrote for a device model, but not the folder: C's daemons have it from then on, too.
    Leftovers Before()
    {
        host.Run("xenstore-write /local/domain/0/device-model ''").Ok();
        return Leftovers.Baseline(host);
    }

    static string Hvm(string name) => $"""
        name = "{name}"
        type = "hvm"
        memory = 256
        vcpus = 1
        disk = [ 'format=raw,vdev=hda,access=rw,backendtype=qdisk,target=/guest/bios.img',
        """ + """
         'format=raw,vdev=hdb,access=rw,backendtype=qdisk,target=/guest/boot.img' ]
        serial = "pty"
        vnc = 1
        vnclisten = "127.0.0.1"
        vncdisplay = 7
        tsc_mode = "native"
        on_crash = "destroy"
        """;
}
