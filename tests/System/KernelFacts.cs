namespace SystemTests;

/// <summary>Guests whose kernel is older or newer than dom0's: those of other Debians, with their own drivers.</summary>
public abstract class KernelFacts(XenHost host)
{
    [Theory]
    [InlineData("4.14", "5.10", false)]
    [InlineData("4.14", "5.10", true)]
    [InlineData("4.20", "6.12", false)]
    [InlineData("4.20", "6.12", true)]
    [Trait("Category", "Long")]
    public void A_guest_with_another_kernel_has_its_store_its_console_and_its_disk(string version, string kernel, bool isPvh)
    {
        var before = Leftovers.Baseline(host);
        host.Run("truncate -s 4M /root/disk.img; printf 'on the disk of dom0' | dd of=/root/disk.img conv=notrunc 2>/dev/null").Ok();
        using (var guest = Guest.Boot(host, new("other")
        {
            IsPvh = isPvh,
            Kernel = $"/guest/{version}/vmlinux",
            Ramdisk = $"/guest/{version}/initrd",
            CommandLine = "console=hvc0 quiet talks",
            Memory = 192,
            More = "disk = [ 'format=raw,vdev=xvda,access=rw,target=/root/disk.img' ]",
        }))
        {
            Assert.StartsWith(kernel, guest.Run("uname -r").Ok(), StringComparison.Ordinal);
            Assert.Equal("on the disk of dom0", guest.Run("until [ -b /dev/xvda ]; do sleep 0.1; done; head -c 19 /dev/xvda").Ok());
            using (var terminal = new Terminal(host, "xl console other"))
            {
                terminal.Type("hello\r");
                terminal.See("HEARD: hello");
                terminal.Type("\x1d");
                terminal.End(expected: 0);
            }
            host.Run("xl shutdown other").Ok();
            guest.WaitUntilGone();
        }
        Leftovers.AssertNone(host, before);
    }
}
