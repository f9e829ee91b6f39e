using System.Text.Json;
using XenCommons.Check;
using XenCommons.Findings;

namespace XenCommons.Tests;

/// <summary>A good host has nothing that the doctor finds, and one that is broken in one way has that.</summary>
public sealed class DoctorTests : IDisposable
{
    readonly HostFolder host = new();

    public void Dispose() => host.Dispose();

    [Fact]
    public void A_good_host_has_nothing_but_a_remark()
    {
        Assert.Empty(host.Found());
        Assert.Equal(["scheduler"], host.Everything().Select(finding => finding.Topic));
    }

    public static TheoryData<string, string, string> Breaks => new()
    {
        { "no evtchn in the kernel", "Error kernel-options", "built without CONFIG_XEN_DEV_EVTCHN: xenstored and xenconsoled cannot start" },
        { "no bridges in the kernel", "Warning kernel-options", "built without CONFIG_BRIDGE" },
        { "a 32-bit kernel", "Error kernel-options", "the kernel is a 32-bit one" },
        { "no device", "Error devices", "there is no /dev/xen/gntdev" },
        { "a guest", "Error dom0", "this is a guest of Xen's and no dom0" },
        { "xenfs is not mounted", "Error dom0", "xenfs is not mounted on /proc/xen" },
        { "xenfs is not mounted although it is a dom0", "Error dom0", "services and tools do not know that this is a dom0" },
        { "a default without Xen", "Warning boot", "the boot loader boots `Linux` by default" },
        { "another Xen in /boot", "Warning version", "/boot has Xen 4.30, and 4.22.simulated runs" },
        { "no modules", "Error modules", "there are no modules of the running kernel 6.1.0-test" },
        { "no netback", "Warning modules", "the running kernel has no xen-netback" },
        { "guests that do not start with the host", "Warning services", "xendomains does not start with the host" },
        { "libvirt beside it", "Warning toolstacks", "libvirtd and xendomains may both start, save and shut down the same guests" },
        { "no default bridge", "Error bridges", "there is no bridge br7, which a guest wants" },
        { "booted without Xen", "Warning boot", "Xen is installed, and the host has booted without it" },
        { "a kernel without /proc/xen", "Error kernel-options", "built without CONFIG_XEN_COMPAT_XENFS: there is no /proc/xen" },
        { "no entry of the boot loader", "Error boot", "the boot loader has no entry for Xen" },
        { "a runlevel that is not there", "Error runlevel", "softlevel=xen names a runlevel that is not there" },
        { "another runlevel", "Warning services", "xenstored is in runlevel xen, and this host has booted into default" },
        { "tools of another version", "Warning version", "the tools are of Xen 4.17, and the running hypervisor is 4.22.simulated" },
        { "no dom0_mem", "Warning dom0-memory", "dom0 has all memory and gives guests of it" },
        { "dom0_mem without max", "Warning dom0-memory", "dom0_mem=1G leaves dom0's greatest size open" },
        { "autoballoon", "Warning dom0-memory", "autoballoon is on, and dom0_mem is given" },
        { "few grant frames", "Warning grants", "gnttab_max_frames=16 is little" },
        { "a dead module name", "Warning modules", "netbk is a module that no kernel of today has" },
        { "no store at boot", "Warning services", "xenstored does not start with the host" },
        { "two stores at boot", "Error services", "two services would start a xenstored" },
        { "two toolstacks", "Warning toolstacks", "libvirt-guests and xendomains both start and stop guests" },
        { "no bridge", "Error bridges", "there is no bridge xenbr0, which a guest wants" },
        { "a bridge that is none", "Error bridges", "xenbr0, which a guest wants for a bridge, is none" },
        { "a kernel without Xen", "Error kernel-options", "built without CONFIG_XEN: the kernel cannot run on Xen" },
        { "a kernel for no hypervisor", "Error kernel-options", "built without CONFIG_HYPERVISOR_GUEST" },
        { "a kernel without gntdev, and so without its device", "Error kernel-options", "built without CONFIG_XEN_GNTDEV" },
        { "a kernel without netback, and so without its module", "Error kernel-options", "built without CONFIG_XEN_NETDEV_BACKEND" },
        { "a kernel without xenfs, and so without its file", "Error kernel-options", "built without CONFIG_XENFS" },
        { "no devices at all", "Error devices", "there is no /dev/xen/evtchn, no /dev/xen/gntdev, no /dev/xen/privcmd" },
        { "a guest without xenfs", "Error dom0", "this is a guest of Xen's and no dom0" },
        { "a guest with nothing else of a host", "Error dom0", "this is a guest of Xen's and no dom0" },
        { "booted without Xen, as the boot loader has it", "Warning boot", "the boot loader boots `Linux` by default, which is without Xen; this host has booted without it" },
        { "booted without Xen, which has no entry", "Error boot", "the boot loader has no entry for Xen; this host has booted without it" },
        { "no service at boot", "Warning services", "xenstored, xenconsoled and xendomains do not start with the host" },
        { "another runlevel for both", "Warning services", "xenstored and xenconsoled are in runlevel xen, and this host has booted into default" },
        { "libvirt's daemon for Xen beside it", "Warning toolstacks", "virtxend and xendomains may both start, save and shut down the same guests" },
        { "libvirt's daemon for Xen beside it, by its socket", "Warning toolstacks", "virtxend and xendomains exclude each other" },
        { "Xen 4.21.0 with Flask", "Warning hypervisor", "Xen 4.21.0 with the security module Flask crashes" },
        { "dom0_mem in parts without a greatest size", "Warning dom0-memory", "dom0_mem=min:1G,2G leaves dom0's greatest size open" },
        { "Debian's settings", "Warning settings", "XENSTORED_ARGS and XENCONSOLED_ARGS of /etc/default/xen are not seen by these daemons" },
        { "Debian's settings, of which ours has one", "Warning settings", "XENCONSOLED_ARGS of /etc/default/xen is not seen by these daemons" },
        { "Qubes's domain ids run out", "Warning domids", "15 ids are left for new domains" },
        { "no login on hvc0", "Warning console", "the kernel's console is hvc0, and nobody can log in there" },
    };

    [Theory]
    [MemberData(nameof(Breaks))]
    public void What_is_broken_is_found_and_named(string how, string kind, string what)
    {
        Break(how);
        var finding = Assert.Single(host.Found());
        Assert.Equal(kind, $"{finding.Severity} {finding.Topic}");
        Assert.Contains(what, finding.What, StringComparison.Ordinal);
        Assert.NotEqual("", finding.Source);
        Assert.NotEqual("", finding.Remedy);
    }

    // Each was a finding once.
    [Theory]
    [InlineData("Debian's kernel mounts /dev from the initramfs")]
    [InlineData("Debian's own script starts both daemons")]
    [InlineData("Debian's own script is switched off by a package")]
    [InlineData("a name that is masked")]
    [InlineData("two names of one file")]
    [InlineData("a bridge of Open vSwitch")]
    [InlineData("a bridge without spanning tree delays nobody")]
    [InlineData("a hypervisor from the ESP")]
    [InlineData("nothing of ours is installed")]
    [InlineData("dom0_mem in two parts, as Qubes writes it")]
    [InlineData("dom0_mem twice: what comes later counts")]
    [InlineData("domain ids run out where they are used again")]
    [InlineData("Xen 4.21.0 with Flask switched off")]
    [InlineData("Xen 4.21.1 with Flask")]
    [InlineData("Debian's settings, which ours has as well")]
    [InlineData("Debian's settings without arguments")]
    [InlineData("Debian's settings, which Debian's script reads")]
    [InlineData("libvirt's daemon for Xen without xendomains")]
    [InlineData("openSUSE's kernel calls netback otherwise")]
    [InlineData("a built-in blkback that only its alias names")]
    [InlineData("an xen.gz that says no version")]
    [InlineData("no entry of the boot loader, and a xen.efi that the firmware may have started")]
    public void What_is_well_in_another_way_is_not_found(string how)
    {
        switch (how)
        {
            case "Debian's kernel mounts /dev from the initramfs": host.ConfigureWithout("DEVTMPFS_MOUNT"); break;
            case "Debian's own script starts both daemons":
                host.Remove("/etc/runlevels");
                host.Write("/run/systemd/system/x", "");
                host.Write("/usr/lib/systemd/system/xenstored.service", "");
                host.Write("/etc/rc2.d/S01xen", "");
                break;
            case "Debian's own script is switched off by a package":
                host.Remove("/etc/runlevels");
                host.Write("/run/systemd/system/x", "");
                foreach (string service in (string[])["xenstored", "xenconsoled"])
                {
                    host.Write($"/usr/lib/systemd/system/{service}.service", "");
                    host.Write($"/etc/systemd/system/multi-user.target.wants/{service}.service", "");
                }
                host.Write("/etc/rc2.d/S01xen", "");
                File.CreateSymbolicLink(host.At("/usr/lib/systemd/system/xen.service"), "/dev/null");
                break;
            case "a name that is masked":
                host.Write("/usr/lib/modules-load.d/xen.conf", "netbk\n");
                Directory.CreateDirectory(host.At("/etc/modules-load.d"));
                File.CreateSymbolicLink(host.At("/etc/modules-load.d/xen.conf"), "/dev/null");
                break;
            case "two names of one file":
                host.Write("/etc/modules", "xen-evtchn\n");
                Directory.CreateDirectory(host.At("/etc/modules-load.d"));
                File.CreateSymbolicLink(host.At("/etc/modules-load.d/modules.conf"), "../modules");
                break;
            case "a bridge of Open vSwitch": host.Write("/etc/xen/auto/web", "name = \"web\"\nvif = ['script=vif-openvswitch,bridge=ovsbr0.10:20']\n"); break;
            case "a bridge without spanning tree delays nobody": host.Write("/sys/class/net/xenbr0/bridge/forward_delay", "1500\n"); break;
            case "a hypervisor from the ESP":
                host.Remove("/boot/xen-4.22-amd64.gz");
                host.Write("/boot/.keep", "");
                break;
            case "nothing of ours is installed":
                host.Remove("/etc/runlevels");
                host.Write("/run/systemd/system/x", "");
                break;
            case "dom0_mem in two parts, as Qubes writes it": host.Write("/hv/commandline", "dom0_mem=min:1024M dom0_mem=max:4096M"); break;
            case "dom0_mem twice: what comes later counts": host.Write("/hv/commandline", "dom0_mem=8G,max:16G console=com1 dom0_mem=2G,max:2G"); break;
            case "domain ids run out where they are used again": host.Write("/hv/ring.32736", ""); break;
            case "Xen 4.21.0 with Flask switched off": Flask("4.21.0", "flask=disabled"); break;
            case "Xen 4.21.1 with Flask": Flask("4.21.1", "xsm=flask flask=enforcing"); break;
            case "Debian's settings, which ours has as well":
                host.Write("/etc/default/xen", "XENSTORED_ARGS=\"--quota 5\"\n");
                host.Write("/etc/conf.d/xencommons", "XENSTORED_ARGS='--quota 5' # as before\n");
                break;
            case "Debian's settings without arguments": host.Write("/etc/default/xen", "# XENSTORED_ARGS=\"--quota 5\"\nXENCONSOLED_ARGS=\"\"\nTOOLSTACK=xl\n"); break;
            case "Debian's settings, which Debian's script reads":
                host.Write("/etc/default/xen", "XENSTORED_ARGS=\"--quota 5\"\n");
                foreach (string service in (string[])["xenstored", "xenconsoled"])
                    host.Remove("/etc/runlevels/xen/" + service);
                host.Write("/etc/runlevels/xen/xen", "");
                break;
            case "libvirt's daemon for Xen without xendomains":
                host.Remove("/etc/runlevels/xen/xendomains");
                host.Remove("/etc/xen/auto");
                host.Write("/etc/runlevels/xen/virtxend", "");
                break;
            case "openSUSE's kernel calls netback otherwise":
                host.Write("/lib/modules/6.1.0-test/modules.dep", "kernel/drivers/block/xen-blkback/xen-blkback.ko.xz:\nkernel/drivers/net/netbk.ko:\n");
                host.Write("/lib/modules/6.1.0-test/modules.alias", "alias xen-backend:vbd xen_blkback\nalias xen-backend:vif netbk\n");
                break;
            case "a built-in blkback that only its alias names":
                host.Write("/lib/modules/6.1.0-test/modules.dep", "kernel/drivers/net/xen-netback/xen-netback.ko:\n");
                host.Write("/lib/modules/6.1.0-test/modules.builtin", "kernel/drivers/block/blkbk2.ko\n");
                host.Write("/lib/modules/6.1.0-test/modules.builtin.modinfo", "blkbk2.license=GPL\0blkbk2.alias=xen-backend:vbd\0");
                break;
            case "no entry of the boot loader, and a xen.efi that the firmware may have started":
                Break("no entry of the boot loader");
                host.Write("/boot/efi/EFI/xen/xen.efi", "");
                break;
            case "an xen.gz that says no version":
                host.Remove("/boot/xen-4.22-amd64.gz");
                host.Write("/boot/xen.gz", "");
                break;
            default: throw new ArgumentException(how);
        }
        Assert.Empty(host.Found());
    }

    [Fact]
    public void A_bridge_with_spanning_tree_delays_new_guests()
    {
        host.Write("/sys/class/net/xenbr0/bridge/stp_state", "1\n");
        host.Write("/sys/class/net/xenbr0/bridge/forward_delay", "1500\n");
        Assert.Contains(host.Everything(), finding => finding.What.Contains("only after 1500 hundredths of a second", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_missing_option_hides_is_told_with_it()
    {
        host.Configure(["64BIT", "HYPERVISOR_GUEST", "PARAVIRT", "ACPI", "BRIDGE", "TUN", "DEVTMPFS"]);
        string remedy = Assert.Single(host.Found()).Remedy;
        Assert.StartsWith("build it with CONFIG_XEN, and with what that shows: CONFIG_XEN_DOM0, CONFIG_XEN_PV, CONFIG_XEN_BACKEND", remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("CONFIG_XEN_WDT", remedy, StringComparison.Ordinal);
    }

    // XSA-485: kernels before the fix of April 2026 read past its end.
    [Fact]
    public async Task The_hypervisors_build_id_is_never_read()
    {
        host.Write("/sys/hypervisor/properties/capabilities", "xen-3.0-x86_64\n");
        Fifo.Make(host.At("/sys/hypervisor/properties/buildid"));
        await Task.Run(host.Everything).WaitAsync(TimeSpan.FromSeconds(60)); // who opens it waits for ever
    }

    [Fact]
    public void Before_Xen_is_installed_it_says_what_is_missing()
    {
        foreach (string path in (string[])["/proc/xen", "/sys/hypervisor", "/dev/xen", "/boot/xen-4.22-amd64.gz", "/etc/runlevels", "/etc/xen"])
            host.Remove(path);
        host.Write("/boot/vmlinuz", "");
        host.Write("/boot/grub/grub.cfg", "menuentry 'Linux' {\n\tlinux /boot/vmlinuz\n}\n");
        host.Write("/proc/cpuinfo", "flags : fpu\n");
        Assert.Equal(["there is no hypervisor in /boot", "the processor shows no hardware virtualisation: only PV guests will run, no HVM and no PVH"],
            host.Found().OrderByDescending(finding => finding.Severity).Select(finding => finding.What));
    }

    [Fact]
    public void A_configuration_that_is_given_is_looked_at_and_not_the_kernels()
    {
        host.Write("/config", "CONFIG_64BIT=y\nCONFIG_XEN=y\n");
        var findings = KernelOptions.Look(host.Files, host.At("/config")).ToList();
        Assert.DoesNotContain(findings, finding => finding.What.Contains("CONFIG_XEN:", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.What.Contains("CONFIG_XEN_DOM0:", StringComparison.Ordinal));
        Assert.All(findings, finding => Assert.Equal(host.At("/config"), finding.Source));
    }

    [Fact]
    public void Findings_are_told_with_what_to_do_and_where_they_were_read()
    {
        Finding[] findings = [new(Severity.Error, "store", "it hangs", "kick it", "/a"), new(Severity.Remark, "boot", "it is slow", "", "/b")];
        Assert.Equal("error: it hangs\n    kick it\n    read in /a\nremark: it is slow\n    read in /b\n1 errors, 0 warnings, 1 remarks\n", CheckCommand.Text(findings, hasColour: false, isQuiet: false));
        Assert.Equal("error: it hangs\n    kick it\n    read in /a\n", CheckCommand.Text(findings, hasColour: false, isQuiet: true));
        var json = JsonDocument.Parse(CheckCommand.Json(findings)).RootElement.GetProperty("findings");
        Assert.Equal(("error", "store"), (json[0].GetProperty("severity").GetString(), json[0].GetProperty("topic").GetString()));
    }

    void Break(string how)
    {
        switch (how)
        {
            case "no evtchn in the kernel": host.ConfigureWithout("XEN_DEV_EVTCHN"); break;
            case "no bridges in the kernel": host.ConfigureWithout("BRIDGE"); break;
            case "a 32-bit kernel": host.ConfigureWithout("64BIT"); break;
            case "no device": host.Remove("/dev/xen/gntdev"); break;
            case "a guest": host.Write("/proc/xen/capabilities", "\n"); break;
            case "xenfs is not mounted":
                host.Remove("/proc/xen/capabilities");
                host.Remove("/dev/xen/xenbus_backend");
                break;
            case "xenfs is not mounted although it is a dom0": host.Remove("/proc/xen/capabilities"); break;
            case "a default without Xen": host.Write("/boot/grub/grub.cfg", "menuentry 'Linux' {\n\tlinux /boot/vmlinuz\n}\nmenuentry 'Xen' {\n\tmultiboot2 /boot/xen-4.22-amd64.gz\n}\n"); break;
            case "another Xen in /boot":
                host.Remove("/boot/xen-4.22-amd64.gz");
                host.Write("/boot/xen-4.30-amd64.gz", "");
                break;
            case "no modules": host.Write("/lib/modules/6.0.0-other/modules.dep", ""); break;
            case "no netback": host.Write("/lib/modules/6.1.0-test/modules.dep", "kernel/drivers/block/xen-blkback/xen-blkback.ko.xz:\n"); break;
            case "guests that do not start with the host": host.Remove("/etc/runlevels/xen/xendomains"); break;
            case "libvirt beside it": host.Write("/etc/runlevels/default/libvirtd", ""); break;
            case "no default bridge":
                host.Write("/etc/xen/xl.conf", "vif.default.bridge=\"br7\"\n");
                host.Write("/etc/xen/auto/web", "name = 'web'\nvif = [ 'mac=00:16:3e:00:00:01', 'bridge=xenbr0' ]\n");
                break;
            case "booted without Xen":
                host.Remove("/proc/xen");
                host.Remove("/sys/hypervisor");
                host.Remove("/dev/xen");
                break;
            case "a kernel without /proc/xen": host.ConfigureWithout("XEN_COMPAT_XENFS"); break;
            case "no entry of the boot loader": host.Write("/boot/grub/grub.cfg", "menuentry 'Linux' {\n\tlinux /boot/vmlinuz softlevel=xen\n}\n"); break;
            case "a runlevel that is not there":
                host.Remove("/etc/runlevels/xen");
                foreach (string service in (string[])["xenstored", "xenconsoled", "xendomains"])
                    host.Write("/etc/runlevels/default/" + service, "");
                break;
            case "another runlevel":
                host.Write("/etc/runlevels/default/xenconsoled", "");
                host.Write("/proc/cmdline", "root=/dev/sda1 console=hvc0\n");
                break;
            case "tools of another version":
                host.Remove("/usr/lib/x86_64-linux-gnu/libxenctrl.so.4.22.0");
                host.Write("/usr/lib/x86_64-linux-gnu/libxenctrl.so.4.17", "");
                break;
            case "no dom0_mem": host.Write("/hv/commandline", "console=com1"); break;
            case "dom0_mem without max": host.Write("/hv/commandline", "dom0_mem=1G"); break;
            case "autoballoon": host.Write("/etc/xen/xl.conf", "#autoballoon=\"off\"\nautoballoon = \"on\"\n"); break;
            case "few grant frames": host.Write("/hv/commandline", "dom0_mem=1G,max:1G gnttab_max_frames=16"); break;
            case "a dead module name": host.Write("/etc/modules-load.d/xen.conf", "xen-evtchn\n# blkbk\nnetbk\n"); break;
            case "no store at boot": host.Remove("/etc/runlevels/xen/xenstored"); break;
            case "two stores at boot": host.Write("/etc/runlevels/default/xen", ""); break;
            case "two toolstacks": host.Write("/etc/runlevels/default/libvirt-guests", ""); break;
            case "no bridge": host.Remove("/sys/class/net/xenbr0"); break;
            case "a bridge that is none": host.Remove("/sys/class/net/xenbr0/bridge"); break;
            case "no login on hvc0": host.Write("/etc/inittab", "c1:2345:respawn:/sbin/agetty tty1\n# x0:2345:respawn:/sbin/agetty hvc0\n"); break;
            case "a kernel without Xen": host.Configure(["64BIT", "HYPERVISOR_GUEST", "PARAVIRT", "PARAVIRT_SPINLOCKS", "ACPI", "BRIDGE", "TUN", "DEVTMPFS"]); break;
            case "a kernel for no hypervisor": host.Configure(["64BIT", "ACPI", "BRIDGE", "TUN", "DEVTMPFS"]); break;
            case "a kernel without gntdev, and so without its device":
                host.ConfigureWithout("XEN_GNTDEV");
                host.Remove("/dev/xen/gntdev");
                break;
            case "a kernel without netback, and so without its module":
                host.ConfigureWithout("XEN_NETDEV_BACKEND");
                host.Write("/lib/modules/6.1.0-test/modules.dep", "kernel/drivers/block/xen-blkback/xen-blkback.ko.xz:\n");
                break;
            case "a kernel without xenfs, and so without its file":
                host.Configure(HostFolder.Options.Except(["XENFS", "XEN_COMPAT_XENFS"]));
                host.Remove("/proc/xen/capabilities");
                break;
            case "no devices at all":
                foreach (string device in (string[])["evtchn", "gntdev", "privcmd"])
                    host.Remove("/dev/xen/" + device);
                break;
            case "a guest without xenfs":
                host.Remove("/proc/xen/capabilities");
                host.Remove("/dev/xen");
                host.Write("/sys/hypervisor/properties/features", "00000305\n");
                break;
            case "a guest with nothing else of a host":
                foreach (string path in (string[])["/proc/xen", "/dev/xen", "/boot", "/etc", "/usr", "/sys/class"])
                    host.Remove(path);
                host.Configure(["64BIT", "HYPERVISOR_GUEST", "PARAVIRT", "ACPI", "XEN", "XEN_PVH"]);
                host.Write("/boot/grub/grub.cfg", "menuentry 'Linux' {\n\tlinux /boot/vmlinuz\n}\n");
                host.Write("/boot/xen-4.17-amd64.gz", "");
                host.Write("/sys/hypervisor/properties/features", "000001c5\n");
                break;
            case "booted without Xen, as the boot loader has it":
                Break("booted without Xen");
                Break("a default without Xen");
                break;
            case "booted without Xen, which has no entry":
                Break("booted without Xen");
                Break("no entry of the boot loader");
                break;
            case "no service at boot":
                foreach (string service in (string[])["xenstored", "xenconsoled", "xendomains"])
                    host.Remove("/etc/runlevels/xen/" + service);
                break;
            case "another runlevel for both": host.Write("/proc/cmdline", "root=/dev/sda1 console=hvc0\n"); host.Write("/etc/runlevels/default/x", ""); break;
            case "libvirt's daemon for Xen beside it": host.Write("/etc/runlevels/default/virtxend", ""); break;
            case "libvirt's daemon for Xen beside it, by its socket": host.Write("/etc/systemd/system/sockets.target.wants/virtxend.socket", ""); break;
            case "Xen 4.21.0 with Flask": Flask("4.21.0", "xsm=flask"); break;
            case "dom0_mem in parts without a greatest size": host.Write("/hv/commandline", "dom0_mem=min:1G console=com1 dom0_mem=2G"); break;
            case "Debian's settings": host.Write("/etc/default/xen", "XENSTORED_ARGS=\"--quota 5\"\n  export XENCONSOLED_ARGS=--log=all\n"); break;
            case "Debian's settings, of which ours has one":
                Break("Debian's settings");
                host.Write("/etc/conf.d/xencommons", "XENSTORED_ARGS=\"--quota 5\"\n#XENCONSOLED_ARGS=--log=all\n");
                break;
            case "Qubes's domain ids run out":
                host.Write("/etc/qubes-release", "Qubes release 4.2\n");
                host.Write("/hv/ring.32736", "");
                host.Write("/hv/dead.3", "");
                break;
            default: throw new ArgumentException(how);
        }
    }

    void Flask(string version, string options)
    {
        host.Write("/hv/version", version);
        host.Write("/hv/commandline", "dom0_mem=1G,max:1G " + options);
        host.Remove("/boot/xen-4.22-amd64.gz");
        host.Write("/boot/xen-4.21-amd64.gz", "");
        host.Remove("/usr/lib/x86_64-linux-gnu");
    }
}
