namespace SystemTests;

/// <summary>Guests whose kernel is older or newer than dom0's: those of other Debians, with their own drivers.</summary>
public abstract class KernelFacts(XenHost host)
{
    [Theory]
    [InlineData("4.14", "5.10", false)]
    [InlineData("4.14", "5.10", true)]
    [InlineData("4.20", "6.12", false)]
    [InlineData("4.20", "6.12", true)]
    [InlineData("sid", null, false)]
    [InlineData("sid", null, true)]
    [Trait("Category", "Long")]
    public void A_guest_with_another_kernel_has_its_store_its_console_and_its_disk(string debian, string? kernel, bool isPvh)
    {
        var before = Leftovers.Baseline(host);
        host.Run("truncate -s 4M /root/disk.img; printf 'on the disk of dom0' | dd of=/root/disk.img conv=notrunc 2>/dev/null").Ok();
        using (var guest = Guest.Boot(host, new("other")
        {
            IsPvh = isPvh,
            Kernel = $"/guest/{debian}/vmlinux",
            Ramdisk = $"/guest/{debian}/initrd",
            CommandLine = "console=hvc0 quiet talks",
            Memory = 256,
            More = "disk = [ 'format=raw,vdev=xvda,access=rw,target=/root/disk.img' ]",
        }))
        {
            string version = kernel ?? host.Run($"cat /guest/{debian}/release").Ok();
            Assert.StartsWith(version, guest.Run("uname -r").Ok(), StringComparison.Ordinal);
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

    /// <summary>
    /// Linux from 7.2 on throws its output away while the console's page says that nobody is connected. Older ones wait.
    /// </summary>
    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    [Trait("Category", "Long")]
    public void A_kernel_that_looks_whether_somebody_listens_loses_no_line_while_xenconsoled_starts_anew(string signal)
    {
        using var guest = Guest.Create(host, new("listens")
        {
            Kernel = "/guest/sid/vmlinux",
            Ramdisk = "/guest/sid/initrd",
            CommandLine = "console=hvc0 quiet talks",
            Memory = 256,
        });
        host.Await("grep -q 'SEQUENCE 20 of' /var/log/xen/console/guest-listens.log", 300);
        host.Run($"""
            for i in 1 2 3; do
                pid=$(cat /run/xen/xenconsoled.kept)
                kill -{signal} $pid
                until new=$(cat /run/xen/xenconsoled.kept); [ -n "$new" ] && [ "$new" != $pid ]; do sleep 0.02; done
                sleep 0.1
            done
            """).Ok();
        guest.WaitUntilUp();
        host.Await("grep -q 'GUEST: up after' /var/log/xen/console/guest-listens.log");
        ConsoleFacts.AssertSequence(host.Run("cat /var/log/xen/console/guest-listens.log").Text, "the log");
    }
}
