using System.Globalization;

namespace SystemTests;

/// <summary>A guest's life with our store beneath it.</summary>
public abstract class GuestFacts(XenHost host)
{
    const string Disk =
        "disk = [ 'format=raw,vdev=xvda,access=rw,target=/root/disk.img' ]\nvif = [ 'mac=00:16:3e:01:02:03,bridge=xenbr0' ]";

    /// <summary>A guest of either kind boots, finds its devices and talks to the store in both directions.</summary>
    [Theory, Trait("Category", "Interfaces")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_guest_with_a_disk_and_a_network_card_boots_and_talks_to_the_store(bool isPvh)
    {
        host.Run("truncate -s 4M /root/disk.img; printf 'on the disk of dom0' | dd of=/root/disk.img conv=notrunc 2>/dev/null").Ok();
        using var guest = Guest.Boot(host, new(isPvh ? "pvh" : "pv") { IsPvh = isPvh, More = Disk });

        // What the toolstack wrote is read by the guest through its kernel, what the guest writes by dom0.
        Assert.Equal(guest.Name, guest.Run("xenstore-read name").Ok());
        guest.Run("xenstore-write data/hello from-the-guest").Ok();
        Assert.Equal("from-the-guest", host.Run($"xenstore-read {guest.Home}/data/hello").Ok());
        Assert.NotEqual(0, guest.Run("xenstore-read /local/domain/0/name").Status);
        Assert.NotEqual(0, guest.Run("xenstore-write name other").Status);

        // The drivers' negotiation over the store has come to its end: a disk with dom0's bytes, a network that answers.
        Assert.Equal("on the disk of dom0", guest.Run("until [ -b /dev/xvda ]; do sleep 0.1; done; head -c 19 /dev/xvda").Ok());
        guest.Run("echo back-again | dd of=/dev/xvda bs=512 seek=1 conv=fsync 2>/dev/null").Ok();
        Assert.Equal("back-again", host.Run("dd if=/root/disk.img bs=512 skip=1 count=1 2>/dev/null | head -c 10").Ok());
        Assert.Equal("4", host.Run($"xenstore-read {guest.Home}/device/vbd/51712/state").Ok());
        guest.Run("ip addr add 10.9.0.2/24 dev eth0; ip link set eth0 up; ping -c 2 -W 20 10.9.0.1").Ok();

        host.Run($"xl shutdown {guest.Name}").Ok();
        guest.WaitUntilGone();
    }

    [Fact]
    public void A_guest_sees_a_watch_fire_for_a_write_of_dom0()
    {
        using var guest = Guest.Boot(host, new("watcher"));
        guest.Run("(xenstore-watch -n 2 data/signal >/tmp/heard;"
            + " xenstore-write data/heard \"$(tail -n 1 /tmp/heard)\") >/dev/null 2>&1 &").Ok();
        host.Run("sleep 1").Ok();
        host.Run($"xenstore-write {guest.Home}/data/signal now").Ok();
        host.Await($"[ \"$(xenstore-read {guest.Home}/data/heard)\" = data/signal ]");
    }

    [Fact]
    public void A_guest_is_paused_and_goes_on()
    {
        using var guest = Guest.Boot(host, new("paused"));
        host.Run("xl pause paused").Ok();
        Assert.Matches("--p", host.Run("xl list paused | tail -n 1").Ok());
        host.Run("xl unpause paused").Ok();
        guest.Run("true").Ok();
    }

    [Fact]
    public void A_disk_is_attached_and_detached_while_it_runs()
    {
        host.Run("truncate -s 1M /root/second.img").Ok();
        using var guest = Guest.Boot(host, new("attach"));
        host.Run("xl block-attach attach format=raw,vdev=xvdb,access=rw,target=/root/second.img").Ok();
        guest.Run("until [ -b /dev/xvdb ]; do sleep 0.1; done").Ok();
        Assert.Equal("2048", guest.Run("cat /sys/block/xvdb/size").Ok());
        host.Run("xl block-detach attach xvdb").Ok();
        guest.Run("while [ -b /dev/xvdb ]; do sleep 0.1; done").Ok();
        Assert.NotEqual(0, host.Run($"xenstore-exists {guest.Home}/device/vbd/51728").Status);
    }

    [Fact]
    public void Memory_is_taken_from_a_guest_and_given_back()
    {
        using var guest = Guest.Boot(host, new("balloon") { Memory = 128 });
        host.Run("xl mem-set balloon 100").Ok();
        Assert.Equal("102400", host.Run($"xenstore-read {guest.Home}/memory/target").Ok());
        host.Await("[ \"$(xl list balloon | tail -n 1 | tr -s ' ' | cut -d' ' -f3)\" -le 102 ]");
        host.Run("xl mem-set balloon 128").Ok();
        guest.Run("true").Ok();
    }

    [Fact, Trait("Category", "Interfaces")]
    public void A_guest_is_saved_and_restored_and_its_store_serves_it_again()
    {
        using var guest = Guest.Boot(host, new("saved"));
        int before = guest.Domid;
        host.Run("xl save saved /root/saved.image", 120).Ok();
        Assert.NotEqual(0, host.Run("xl domid saved").Status);
        host.Run("xl restore /root/saved.image && rm /root/saved.image", 120).Ok();
        Assert.NotEqual(before, guest.Domid);
        // Its kernel has set its watches again: the command comes through one.
        Assert.Equal("saved", guest.Run("xenstore-read name", 120).Ok());
        host.Run("xl shutdown saved").Ok();
        guest.WaitUntilGone();
    }

    [Fact]
    public void A_guest_that_reboots_comes_back_as_a_new_domain()
    {
        using var guest = Guest.Boot(host, new("reboots"));
        int before = guest.Domid;
        host.Run("xl reboot reboots").Ok();
        host.Await($"[ \"$(xl domid reboots)\" -gt {before} ]", 120);
        guest.WaitUntilUp();
        Assert.NotEqual(0, host.Run($"xenstore-exists /local/domain/{before}").Status);
    }

    [Fact, Trait("Category", "Interfaces")]
    public void A_guest_that_crashes_is_noticed_and_leaves_nothing()
    {
        using var guest = Guest.Boot(host, new("crashes"));
        string home = guest.Home;
        guest.Run("(sleep 1; echo c >/proc/sysrq-trigger) >/dev/null 2>&1 &").Ok();
        guest.WaitUntilGone();
        Assert.NotEqual(0, host.Run($"xenstore-exists {home}").Status);
    }

    [Fact, Trait("Category", "Long")]
    public void Eight_guests_run_at_once()
    {
        var guests = new List<Guest>();
        try
        {
            for (int i = 1; i <= 8; i++)
                guests.Add(Guest.Create(host, new($"eight{i}") { Memory = 96 }));
            foreach (var guest in guests)
                guest.WaitUntilUp();
            foreach (var guest in guests)
                Assert.Equal(guest.Name, guest.Run("xenstore-read name").Ok());
            host.Run("for i in $(seq 8); do xl destroy eight$i; done", 120).Ok();
        }
        finally
        {
            guests.ForEach(guest => guest.Dispose());
        }
    }

    [Fact, Trait("Category", "Once")]
    public void Guests_that_hammer_the_store_get_fair_shares_and_xl_goes_on()
    {
        using var one = Guest.Boot(host, new("hammer1"));
        using var two = Guest.Boot(host, new("hammer2"));
        foreach (var guest in new[] { one, two })
            guest.Run("(sleep 1; xenstore-write data/rate \"$(storeload 10 mixed)\") >/dev/null 2>&1 &").Ok();
        host.Run("sleep 2; for i in $(seq 5); do xl list >/dev/null || exit; xl vcpu-list >/dev/null || exit; done").Ok();
        host.Await($"xenstore-exists {one.Home}/data/rate && xenstore-exists {two.Home}/data/rate");
        double[] rates = [.. new[] { one, two }
            .Select(guest => host.Run($"xenstore-read {guest.Home}/data/rate").Ok().Split(' ')[0])
            .Select(rate => double.Parse(rate, CultureInfo.InvariantCulture))];
        Assert.True(rates.Min() > 0.5 * rates.Max(), $"{rates[0]} and {rates[1]} requests/s");
    }
}
