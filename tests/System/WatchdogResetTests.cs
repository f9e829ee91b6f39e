namespace SystemTests;

/// <summary>What ends with a reset: a machine each.</summary>
public sealed class WatchdogResetTests
{
    [Theory, Trait("Category", "Once")]
    [InlineData("4.14")]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void A_store_that_hangs_resets_the_host_and_the_reason_is_found_after_it(string version)
    {
        string disk = Path.Combine(Directory.CreateTempSubdirectory("xen-disk-").FullName, "disk");
        string log = Path.Combine(Suite.Logs, $"{version}-watchdog");
        using (var file = File.Create(disk))
            file.SetLength(64 << 20);
        using (var machine = Machine.Boot(version, Suite.Trees, log + "-1.console", disk))
        {
            machine.Run("""
                modprobe -a virtio_blk ext4 && mke2fs /dev/vda >/dev/null && mount -t ext4 /dev/vda /var/lib/xen && start-daemons
                xenwatchdogd --mode=off --check=store-ring=enforce,2 --every=1 --within=2 10 2 && sleep 4 && xenwatchdogd status
                """, 120).Ok();
            machine.GoesDown("kill -STOP $(cat /run/xen/xenstored.pid)", 120);
        }
        string console = File.ReadAllText(log + "-1.console");
        Assert.Contains("xenwatchdogd: the host will be reset in", console, StringComparison.Ordinal);
        string reset = console[console.IndexOf("xenwatchdogd: the host", StringComparison.Ordinal)..];
        Assert.Contains("Resetting with ", reset, StringComparison.Ordinal);
        using (var machine = Machine.Boot(version, Suite.Trees, log + "-2.console", disk))
        {
            string said = machine.Run("""
                modprobe -a virtio_blk ext4 && mount -t ext4 /dev/vda /var/lib/xen && start-daemons
                xenwatchdogd -F 30 2>/root/watchdog & sleep 3; cat /root/watchdog; xenwatchdogd status; kill -USR1 $!; wait
                """, 120).Ok();
            Assert.True(said.Contains("this host was reset by its watchdog after", StringComparison.Ordinal), said);
            Assert.True(said.Contains("store-ring: no answer within ", StringComparison.Ordinal), said);
        }
        Directory.Delete(Path.GetDirectoryName(disk)!, recursive: true);
    }
}
