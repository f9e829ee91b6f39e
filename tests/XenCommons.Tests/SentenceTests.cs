namespace XenCommons.Tests;

/// <summary>What an administrator reads of a finding is for the host as it is: its init system's commands, and its boot loader's.</summary>
public sealed class SentenceTests : IDisposable
{
    readonly HostFolder host = new();

    public void Dispose() => host.Dispose();

    [Theory]
    [InlineData("libvirt-guests", "rc-update -a del libvirt-guests if xendomains is to start the guests, else rc-update -a del xendomains")]
    [InlineData("libvirtd", "rc-update -a del libvirtd if xendomains is to start the guests, else rc-update -a del xendomains")]
    public void Of_two_toolstacks_with_OpenRC_either_is_switched_off_by_its_command(string service, string remedy)
    {
        host.Write("/etc/runlevels/default/" + service, "");
        var finding = Assert.Single(host.Found());
        Assert.Equal((remedy, "/etc/runlevels"), (finding.Remedy, finding.Source));
    }

    [Fact]
    public void With_systemd_libvirts_sockets_are_named_with_its_daemon()
    {
        host.Write("/etc/systemd/system/sockets.target.wants/virtxend.socket", "");
        var finding = Assert.Single(host.Found());
        Assert.StartsWith("systemctl disable virtxend.service virtxend.socket virtxend-ro.socket", finding.Remedy,
            StringComparison.Ordinal);
        Assert.Equal("/etc/systemd/system", finding.Source);
    }

    // "systemctl disable xapi" was the first advice on XCP-ng.
    [Theory]
    [InlineData("xapi")]
    [InlineData("qubes-core")]
    public void A_host_that_is_all_another_systems_is_told_to_switch_xendomains_off(string owner)
    {
        host.Write($"/etc/systemd/system/multi-user.target.wants/{owner}.service", "");
        host.Write("/etc/systemd/system/multi-user.target.wants/libvirtd.service", "");
        var finding = Assert.Single(host.Found());
        Assert.Equal(($"{owner} and xendomains both start and stop guests with the host", "rc-update -a del xendomains"),
            (finding.What, finding.Remedy));
    }

    // XCP-ng's /boot/xen.gz is a link: what it led to was gone, and nothing was said.
    [Fact]
    public void A_link_that_leads_to_nothing_is_a_hypervisor_that_is_not_there()
    {
        host.Remove("/boot/xen-4.22-amd64.gz");
        host.Write("/boot/vmlinuz", ""); // so the entry's disk is this host's
        File.CreateSymbolicLink(host.At("/boot/xen-4.22-amd64.gz"), "/boot/real/xen.gz");
        Assert.Contains(host.Found(), finding => finding.What.Contains("/boot/xen-4.22-amd64.gz", StringComparison.Ordinal));
        host.Write("/boot/real/xen.gz", "");
        Assert.Empty(host.Found());
    }

    // GRUB's settings were named to hosts of systemd-boot.
    [Fact]
    public void A_host_that_booted_without_Xen_is_told_of_its_own_boot_loader()
    {
        foreach (string path in (string[])["/proc/xen", "/sys/hypervisor", "/dev/xen", "/boot/grub"])
            host.Remove(path);
        host.Write("/boot/loader/loader.conf", "default xen.conf\n");
        host.Write("/boot/loader/entries/xen.conf", "title Xen\nefi /xen.efi\n");
        host.Write("/boot/xen.efi", "");
        var finding = Assert.Single(host.Found());
        Assert.Equal("Xen is installed, and the host has booted without it", finding.What);
        Assert.Contains("bootctl set-default", finding.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("grub", finding.Remedy, StringComparison.OrdinalIgnoreCase);
    }
}
