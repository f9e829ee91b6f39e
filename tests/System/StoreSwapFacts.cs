namespace SystemTests;

/// <summary>Debian's C xenstored takes the place of ours and ours its, each by its own live update. Guests do not notice.</summary>
public abstract class StoreSwapFacts(XenHost host)
{
    // Each round asks the store twice and writes one sector of the disk. /tmp/wrong says what was not as it should be.
    const string Load = "(while [ ! -e /tmp/over ]; do n=$((n + 1));"
        + " xenstore-write data/n $n && [ \"$(xenstore-read data/n)\" = $n ] || echo store $n >>/tmp/wrong;"
        + " echo disk $n | dd of=/dev/xvda bs=512 conv=sync,fsync 2>/dev/null || echo disk $n >>/tmp/wrong;"
        + " echo $n >/tmp/count; done) >/dev/null 2>&1 &";

    const string Theirs = "$(echo /usr/lib/xen-4*/bin)/xenstored", Ours = "$(command -v xenstored)";

    [Fact, Trait("Category", "Once")]
    public void Guests_consoles_and_xl_do_not_notice_that_C_xenstored_takes_over_and_ours_after_it()
    {
        host.Run("truncate -s 4M /root/swap.img /root/late.img").Ok();
        using var guest = Guest.Boot(host, new("stays") { More = "disk = [ 'format=raw,vdev=xvda,access=rw,target=/root/swap.img' ]" });
        guest.Run(Load).Ok();
        string process = host.Run(Process).Lines().Single();
        for (int round = 0; round < 3; round++)
        {
            host.Run($"xenstore-control live-update {Theirs}").Ok();
            Assert.Contains("/bin/xenstored", Program(process), StringComparison.Ordinal);
            guest.Run("true").Ok();
            host.Run($"xenstore-control live-update {Ours}").Ok();
            Assert.DoesNotContain("/bin/xenstored", Program(process), StringComparison.Ordinal);
            if (round == 0)
                UseAll(guest);
        }
        host.Run("kill -9 $(cat /run/xen/xenstored.pid)").Ok(); // it has a keeper again
        string[] said = guest.Run("touch /tmp/over; cat /tmp/count; cat /tmp/wrong 2>/dev/null; true").Lines();
        Assert.Single(said);
        host.Run("xenconsoled status").Ok();
        host.Run("xenstore-control check").Ok();
        host.Run("xl shutdown stays").Ok();
        guest.WaitUntilGone(); // by the xl that has waited since its creation
    }

    // The keeper's process, which becomes C xenstored and is a keeper again after that.
    const string Process = "cut -d' ' -f4 /proc/$(cat /run/xen/xenstored.pid)/stat";

    string Program(string process) => host.Run($"readlink /proc/{process}/exe").Lines().Single();

    // A guest is made and ends under C xenstored, and a disk comes and goes.
    void UseAll(Guest guest)
    {
        host.Run($"xenstore-control live-update {Theirs}").Ok();
        using (var second = Guest.Boot(host, new("second")))
        {
            second.Run("true").Ok();
            host.Run($"xenstore-control live-update {Ours}").Ok();
            host.Run("xl shutdown second").Ok();
            second.WaitUntilGone();
        }
        host.Run("xl block-attach stays 'format=raw,vdev=xvdb,access=rw,target=/root/late.img'").Ok();
        guest.Run("until [ -b /dev/xvdb ]; do sleep 0.1; done; echo more | dd of=/dev/xvdb bs=512 conv=sync,fsync 2>/dev/null").Ok();
        host.Run("xl block-detach stays xvdb").Ok();
    }
}
