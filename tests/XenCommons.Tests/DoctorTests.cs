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

    public static TheoryData<string, string, string> Breaks { get; } = new()
    {
        { "no evtchn in the kernel", "Error kernel-options",
            "built without CONFIG_XEN_DEV_EVTCHN: xenstored and xenconsoled cannot start" },
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
        { "no dom0_mem", "Warning dom0-memory", "dom0 has all memory and gives parts of it to guests" },
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
        { "booted without Xen, as the boot loader has it", "Warning boot",
            "the boot loader boots `Linux` by default, which is without Xen; this host has booted without it" },
        { "booted without Xen, which has no entry", "Error boot", "the boot loader has no entry for Xen; this host has booted without it" },
        { "no service at boot", "Warning services", "xenstored, xenconsoled and xendomains do not start with the host" },
        { "another runlevel for both", "Warning services",
            "xenstored and xenconsoled are in runlevel xen, and this host has booted into default" },
        { "libvirt's daemon for Xen beside it", "Warning toolstacks",
            "virtxend and xendomains may both start, save and shut down the same guests" },
        { "libvirt's daemon for Xen beside it, by its socket", "Warning toolstacks", "virtxend and xendomains exclude each other" },
        { "Xen 4.21.0 with Flask", "Warning hypervisor", "Xen 4.21.0 with the security module Flask crashes" },
        { "dom0_mem in parts without a greatest size", "Warning dom0-memory", "dom0_mem=min:1G,2G leaves dom0's greatest size open" },
        { "Debian's settings", "Warning settings",
            "XENSTORED_ARGS and XENCONSOLED_ARGS of /etc/default/xen are not seen by these daemons" },
        { "Debian's settings, of which ours has one", "Warning settings",
            "XENCONSOLED_ARGS of /etc/default/xen is not seen by these daemons" },
        { "Qubes's domain ids run out", "Warning domids", "15 ids are left for new domains" },
        { "a state that the store set aside", "Warning store",
            "set it aside and began anew: /run/xenstored/socket.store.aside-20270103-040506" },
        { "two states that the store set aside", "Warning store",
            ": /run/xenstored/socket.store.aside-20270103-040506 and /run/xenstored/socket.store.aside-20270104-000000" },
        { "no login on hvc0", "Warning console", "the kernel's console is hvc0, and nobody can log in there" },
    };

    [Theory]
    [MemberData(nameof(Breaks))]
    public void What_is_broken_is_found_and_named(string how, string kind, string what)
    {
        BrokenHost.Break(host, how);
        var finding = Assert.Single(host.Found());
        Assert.Equal(kind, $"{finding.Severity} {finding.Topic}");
        Assert.Contains(what, finding.What, StringComparison.Ordinal);
        Assert.NotEqual("", finding.Source);
        Assert.NotEqual("", finding.Remedy);
    }

    public static TheoryData<string> Unusual => [.. UnusualHost.Ways.Keys];

    // Each was a finding once.
    [Theory]
    [MemberData(nameof(Unusual))]
    public void What_is_well_in_another_way_is_not_found(string how)
    {
        UnusualHost.Ways[how](host);
        Assert.Empty(host.Found());
    }

    [Fact]
    public void A_bridge_with_spanning_tree_delays_new_guests()
    {
        host.Write("/sys/class/net/xenbr0/bridge/stp_state", "1\n");
        host.Write("/sys/class/net/xenbr0/bridge/forward_delay", "1500\n");
        Assert.Contains(host.Everything(),
            finding => finding.What.Contains("only after 1500 hundredths of a second", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_missing_option_hides_is_told_with_it()
    {
        host.Configure(["64BIT", "HYPERVISOR_GUEST", "PARAVIRT", "ACPI", "BRIDGE", "TUN", "DEVTMPFS"]);
        string remedy = Assert.Single(host.Found()).Remedy;
        Assert.StartsWith("build it with CONFIG_XEN, and with what that shows: CONFIG_XEN_DOM0, CONFIG_XEN_PV, CONFIG_XEN_BACKEND", remedy,
            StringComparison.Ordinal);
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
        string[] gone = ["/proc/xen", "/sys/hypervisor", "/dev/xen", "/boot/xen-4.22-amd64.gz", "/etc/runlevels", "/etc/xen"];
        foreach (string path in gone)
            host.Remove(path);
        host.Write("/boot/vmlinuz", "");
        host.Write("/boot/grub/grub.cfg", "menuentry 'Linux' {\n\tlinux /boot/vmlinuz\n}\n");
        host.Write("/proc/cpuinfo", "flags : fpu\n");
        Assert.Equal(
        [
            "there is no hypervisor in /boot",
            "the processor shows no hardware virtualisation: only PV guests will run, no HVM and no PVH",
        ], host.Found().OrderByDescending(finding => finding.Severity).Select(finding => finding.What));
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
        Finding[] findings =
        [
            new(Severity.Error, "store", "it hangs", "kick it", "/a"), new(Severity.Remark, "boot", "it is slow", "", "/b"),
        ];
        Assert.Equal("error: it hangs\n    kick it\n    read in /a\nremark: it is slow\n    read in /b\n1 errors, 0 warnings, 1 remarks\n",
            CheckCommand.Text(findings, hasColour: false, isQuiet: false));
        Assert.Equal("error: it hangs\n    kick it\n    read in /a\n", CheckCommand.Text(findings, hasColour: false, isQuiet: true));
        var json = JsonDocument.Parse(CheckCommand.Json(findings)).RootElement.GetProperty("findings");
        Assert.Equal(("error", "store"), (json[0].GetProperty("severity").GetString(), json[0].GetProperty("topic").GetString()));
    }
}
