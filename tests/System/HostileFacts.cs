namespace SystemTests;

/// <summary>Guests that wish the store ill, from inside their own kernel (machine/guest/hostile): the others live.</summary>
public abstract class HostileFacts(XenHost host)
{
    static GuestConfig Hostile(string name, string how) =>
        new(name) { IsPvh = true, Kernel = "/guest/hostile", CommandLine = how, Memory = 16, More = "shadow_memory = 4" };

    [Fact, Trait("Category", "Once")]
    public void A_guest_that_scribbles_over_its_ring_hurts_only_itself_and_may_come_back()
    {
        using var good = Guest.Boot(host, new("bystander"));
        using var bad = Guest.Create(host, Hostile("attacker", "attack"));
        host.Await("[ \"$(xenstore-read /local/domain/$(xl domid attacker)/data/rounds)\" -ge 100 ]", 120);
        Assert.Equal("bystander", good.Run("xenstore-read name").Ok());
        host.Run("xl list && xenstore-ls >/dev/null").Ok();
        Assert.Equal("OK", host.Run("xenstore-control check").Ok());
        // QEMU's emulated SVM loses a register of a guest now and then. xl takes that for a reboot of the guest, and in between it cannot
        // be destroyed.
        host.Await("xl destroy attacker");
        bad.WaitUntilGone();
        Assert.Equal("bystander", good.Run("xenstore-read name").Ok());
    }

    [Fact, Trait("Category", "Once")]
    public void A_guest_whose_ring_is_broken_dies_like_any_other()
    {
        using var bad = Guest.Create(host, Hostile("broken", "still"));
        string home = bad.Home;
        host.Await($"xenstore-control status | grep -q 'd{bad.Domid}(ignored)'");
        host.Run("xl destroy broken").Ok();
        bad.WaitUntilGone();
        Assert.NotEqual(0, host.Run($"xenstore-exists {home}").Status);
    }

    [Fact, Trait("Category", "Once")]
    public void A_guest_is_destroyed_with_open_transactions_watches_and_full_rings()
    {
        var before = Leftovers.Baseline(host);
        using (var bad = Guest.Create(host, Hostile("holder", "hold")))
        {
            string home = bad.Home;
            host.Await($"xenstore-exists {home}/data/holds");
            host.Run("sleep 1; xl destroy holder").Ok();
            bad.WaitUntilGone();
            Assert.NotEqual(0, host.Run($"xenstore-exists {home}").Status);
        }
        Leftovers.AssertNone(host, before);
    }
}
