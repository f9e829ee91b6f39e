namespace SystemTests;

/// <summary>The store dies, again and again, and the next process goes on. Guests do not notice.</summary>
public abstract class StoreDeathFacts(XenHost host)
{
    const int Kills = 20;

    // Kills the store, waits until another process has its place, and so on: until it is told to end, and twenty times at least.
    const string Killer = """
        rm -f /tmp/enough; touch /tmp/killing
        pid() { cat /run/xen/xenstored.pid 2>/dev/null; }
        (
            kills=0
            until [ -e /tmp/enough ] && [ $kills -ge 20 ]; do
                before=$(pid)
                kill -9 $before && kills=$((kills + 1)) && echo $kills >/tmp/kills
                until [ -n "$(pid)" ] && [ "$(pid)" != "$before" ]; do sleep 0.02; done
                sleep 0.$((kills % 10))
            done
            rm /tmp/killing
        ) >/dev/null 2>&1 &
        """;

    // Each round asks the store twice and writes one sector of the disk. /tmp/wrong says what was not as it should be.
    const string Load = "(while [ ! -e /tmp/over ]; do n=$((n + 1));"
        + " xenstore-write data/n $n && [ \"$(xenstore-read data/n)\" = $n ] || echo store $n >>/tmp/wrong;"
        + " echo disk $n | dd of=/dev/xvda bs=512 conv=sync,fsync 2>/dev/null || echo disk $n >>/tmp/wrong;"
        + " echo $n >/tmp/count; done) >/dev/null 2>&1 &";

    [Fact, Trait("Category", "Once")]
    public void Guests_consoles_and_xl_do_not_notice_that_the_store_is_killed_twenty_times()
    {
        host.Run("truncate -s 4M /root/disk.img /root/more.img").Ok();
        using var guest = Guest.Boot(host, new("survivor")
        {
            More = "disk = [ 'format=raw,vdev=xvda,access=rw,target=/root/disk.img' ]\nvif = [ 'mac=00:16:3e:01:02:03,bridge=xenbr0' ]",
        });
        guest.Run(Load).Ok();
        host.Run(Killer).Ok();
        using (var second = Guest.Boot(host, new("second"))) // made while the store is killed again and again
        {
            second.Run("true").Ok();
            host.Run("touch /tmp/enough; while [ -e /tmp/killing ]; do sleep 0.1; done; [ $(cat /tmp/kills) -ge 20 ]").Ok();
            host.Run("xl shutdown second").Ok();
            second.WaitUntilGone(); // by the xl that has waited since its creation
        }
        string[] said = guest.Run("touch /tmp/over; cat /tmp/count; cat /tmp/wrong 2>/dev/null; true").Lines();
        Assert.Single(said);
        Assert.True(int.Parse(said[0], System.Globalization.CultureInfo.InvariantCulture) > Kills, said[0]);

        // Watches of the guest's and of dom0's kernel have lived on: a new disk comes and goes.
        host.Run("xl block-attach survivor 'format=raw,vdev=xvdb,access=rw,target=/root/more.img'").Ok();
        guest.Run("until [ -b /dev/xvdb ]; do sleep 0.1; done; echo more | dd of=/dev/xvdb bs=512 conv=sync,fsync 2>/dev/null").Ok();
        host.Run("xl block-detach survivor xvdb").Ok();
        guest.Run("ip addr add 10.9.0.2/24 dev eth0; ip link set eth0 up; ping -c 2 -W 20 10.9.0.1").Ok();
        host.Run("xenconsoled status").Ok();
        host.Run("xenstore-control check").Ok();
        host.Run("xl shutdown survivor").Ok();
        guest.WaitUntilGone();
    }
}
