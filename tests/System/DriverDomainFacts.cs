namespace SystemTests;

/// <summary>A guest that is another guest's disk: the store carries the talk of two guests, and of the toolstack in one of them.</summary>
public abstract class DriverDomainFacts(XenHost host)
{
    // dom0's own programs make the driver domain's initramfs; its first process runs what backends need.
    const string Make = """
        cat >/driver <<'END'
        #!/bin/sh
        export PATH=/usr/sbin:/usr/bin
        mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp; mount -t tmpfs run /run
        for number in 0 1 2; do ln -s /proc/self/fd/$number /dev/$(echo stdin stdout stderr | cut -d' ' -f$((number + 1))); done
        mkdir -p /run/lock /run/xen /var/log/xen
        for module in xenfs xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xen-blkback loop; do modprobe $module; done
        mount -t xenfs xenfs /proc/xen
        truncate -s 4M /disk.img
        printf 'of the driver domain' | dd of=/disk.img conv=notrunc 2>/dev/null
        (sleep 2; xenstore-write data/ready yes) &
        xl devd -F
        echo "xl devd ended with $?"
        sleep 1000
        END
        chmod 755 /driver
        cd / && find . -xdev \( -path ./guest -o -path ./root -o -path ./usr/sbin/xenprobe -o -path ./usr/bin/xenprobe
        """ + """
         -o -path './usr/sbin/xen?*d' -o -path ./usr/bin/strace \) -prune -o -print |
            cpio -o -H newc 2>/dev/null | gzip -1 >/root/driver.initrd
        rm /driver
        """;

    [Fact]
    public void A_driver_domain_serves_another_guests_disk()
    {
        host.Run(Make, 120).Ok();
        var before = Leftovers.Baseline(host);
        var config = new GuestConfig("driver")
        {
            Ramdisk = "/root/driver.initrd",
            CommandLine = "console=hvc0 quiet rdinit=/driver",
            Memory = 256,
            More = "driver_domain = 1",
        };
        using (var driver = Guest.Create(host, config))
        {
            host.Await($"xenstore-exists {driver.Home}/data/ready", 120);
            const string Disk = "disk = [ 'format=raw,vdev=xvda,access=rw,backend=driver,target=/disk.img' ]";
            using (var guest = Guest.Boot(host, new("served") { More = Disk }))
            {
                Assert.Equal("of the driver domain", guest.Run("until [ -b /dev/xvda ]; do sleep 0.1; done; head -c 20 /dev/xvda").Ok());
                Assert.Equal($"{driver.Domid}", host.Run($"xenstore-read {guest.Home}/device/vbd/51712/backend-id").Ok());
                Assert.Equal("4", host.Run($"xenstore-read {driver.Home}/backend/vbd/{guest.Domid}/51712/state").Ok());
                host.Run("xl shutdown served").Ok();
                guest.WaitUntilGone();
            }
            host.Await($"! xenstore-ls {driver.Home}/backend/vbd | grep -q state");
        }
        Leftovers.AssertNone(host, before);
        host.Run("rm /root/driver.initrd").Ok();
    }
}
