namespace SystemTests;

/// <summary>Guests that begin again: what looks at them or speaks with them goes on.</summary>
public abstract class RebirthFacts(XenHost host)
{
    const int Reboots = 20;

    [Fact]
    public void A_guest_migrates_to_its_own_host_and_its_console_goes_on()
    {
        var before = Leftovers.Baseline(host);
        using (var guest = Guest.Boot(host, new("moves") { CommandLine = "console=hvc0 quiet talks" }))
        {
            int domid = guest.Domid;
            using var follower = new Terminal(host, "xenconsoled attach --follow --lines=5 moves");
            follower.Type("before\r");
            follower.See("HEARD: before");
            host.Run("xl migrate -s '' moves 'xl migrate-receive'", 300).Ok();
            Assert.NotEqual(domid, guest.Domid);
            Assert.Equal("moves", guest.Run("xenstore-read name", 120).Ok());
            using var terminal = new Terminal(host, "xl console moves");
            terminal.Type("after\r");
            terminal.See("HEARD: after");
            terminal.Type("\x1d");
            terminal.End(expected: 0);
            follower.See("HEARD: after");
            follower.Type("\x1d");
            follower.End(expected: 0);
        }
        Leftovers.AssertNone(host, before);
    }

    [Fact]
    [Trait("Category", "Long")]
    public void Twenty_reboots_with_viewers_attached_are_all_seen_and_leave_nothing()
    {
        var before = Leftovers.Baseline(host);
        using (var guest = Guest.Boot(host, new("again") { CommandLine = "console=hvc0 quiet talks" }))
        {
            using var follower = new Terminal(host, "xenconsoled attach --follow --lines=5 again");
            for (int life = 1; life <= Reboots; life++)
            {
                int domid = guest.Domid;
                using var terminal = new Terminal(host, "xl console again");
                terminal.Type($"life {life} by xl\r");
                terminal.See($"HEARD: life {life} by xl");
                follower.Type($"life {life} by ours\r");
                follower.See($"HEARD: life {life} by ours");
                host.Run("xl reboot again").Ok();
                terminal.End(expected: 0); // xl console ends with the domain
                host.Await($"[ \"$(xl domid again)\" -gt {domid} ]", 120);
                guest.WaitUntilUp();
            }
            follower.Type("the last life\r");
            follower.See("HEARD: the last life");
            follower.Type("\x1d");
            follower.End(expected: 0);
        }
        Leftovers.AssertNone(host, before);
    }
}
