namespace SystemTests;

/// <summary>Boot loaders that ask on the guest's console, before there is a kernel or in its place.</summary>
public abstract class BootLoaderFacts(XenHost host)
{
    const string Disk = "disk = [ 'format=raw,vdev=xvda,access=ro,target=/guest/boot.img' ]";

    /// <summary>Debian's GRUB as the kernel of a guest: its menu and what is typed go through the console ring.</summary>
    [Theory]
    [Trait("Category", "Long")]
    [InlineData(false)]
    [InlineData(true)]
    public void Grub_as_a_guest_shows_its_menu_and_takes_keys(bool isPvh)
    {
        var before = Leftovers.Baseline(host);
        string name = isPvh ? "grubpvh" : "grubpv";
        string kernel = isPvh ? "/guest/grub-i386-xen_pvh.bin" : "/guest/grub-x86_64-xen.bin";
        using (var guest = Guest.Create(host, new(name) { IsPvh = isPvh, Kernel = kernel, Memory = 128, More = Disk }))
        {
            using var terminal = new Terminal(host, $"xl console {name}");
            terminal.See("The third");
            terminal.Type("\\033[B\\033[B\r");
            terminal.See("GRUB begins the third");
            terminal.Type("hello\r");
            terminal.See("GRUB was told hello");
            guest.WaitUntilGone();
            terminal.End(expected: 0);
            Assert.Contains("GRUB was told hello", host.Run($"cat /var/log/xen/console/guest-{name}.log").Text, StringComparison.Ordinal);
        }
        Leftovers.AssertNone(host, before);
    }

    /// <summary>pygrub has a terminal of libxl's before the guest is built; then the console is ours.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public void Pygrub_asks_on_the_guests_console_and_the_chosen_kernel_boots()
    {
        var before = Leftovers.Baseline(host);
        Guest.Configure(host, "pygrub",
            $"name = \"pygrub\"\ntype = \"pv\"\nbootloader = \"pygrub\"\nmemory = 256\nvcpus = 1\non_crash = \"destroy\"\n{Disk}");
        using (var guest = Guest.Named(host, "pygrub"))
        {
            using var terminal = new Terminal(host, "xl create -c /root/pygrub.cfg");
            terminal.See("The second");
            terminal.Type("\\033OB"); // the key as a VT100 says it to curses
            terminal.Type("\r");
            terminal.See("GUEST: up after", 300);
            Assert.Equal("pygrub", guest.Run("xenstore-read name").Ok());
            Assert.Contains("quiet second", guest.Run("cat /proc/cmdline").Ok(), StringComparison.Ordinal);
            terminal.Type("\x1d");
            terminal.End(expected: 0);
        }
        Leftovers.AssertNone(host, before);
    }
}
