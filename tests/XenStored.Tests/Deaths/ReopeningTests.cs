using Xen.Protocol.Wire;
using XenStored.Store;

namespace XenStored.Tests.Deaths;

/// <summary>What the store knows beside the tree is known to the next process.</summary>
public sealed class ReopeningTests : DeathTests
{
    [Fact]
    public void What_a_guest_wrote_is_there_and_it_is_served()
    {
        Assert.Equal("OK", Ask(MessageType.Write, "a\0value"));
        Die();
        Assert.Equal("value", Ask(MessageType.Read, "a\0"));
        Assert.Equal("OK", Ask(MessageType.Write, "a\0again"));
        Assert.Null(Audit.FirstFault(One.Server.Store));
    }

    [Fact]
    public void A_watch_fires_for_what_the_next_process_does()
    {
        Assert.Equal("OK", Ask(MessageType.Watch, "a\0token\0"));
        Assert.Equal("< a token", Receive());
        Die();
        Assert.Equal("OK", Ask(MessageType.Write, "/local/domain/1/a\0value", asDom0: true));
        Assert.Equal("< a token", Receive());
        Assert.Equal("OK", Ask(MessageType.Unwatch, "a\0token\0"));
        Die();
        Ask(MessageType.Write, "/local/domain/1/a\0other", asDom0: true);
        Assert.Equal("", Receive());
        Assert.Equal(0, One.Server.Store.Domains.Find(1)!.Account.Watches.Now);
    }

    // Found by the kills: a block of the published tree was free at once for the changes before the first publish of a process.
    [Fact]
    public void A_process_that_dies_before_its_first_publish_has_changed_nothing()
    {
        for (int i = 0; i < 50; i++)
            Ask(MessageType.Write, $"d{i}\0{new string('v', 15 * i)}");
        One = One.Reborn();
        for (int i = 0; i < 50; i++)
            One.Change("/local/domain/1/d" + i, new string('w', 15 * i));
        Die();
        for (int i = 0; i < 50; i++)
            Assert.Equal(new string('v', 15 * i), Ask(MessageType.Read, $"d{i}\0"));
        Assert.Null(Audit.FirstFault(One.Server.Store));
    }

    [Fact]
    public void A_quota_that_was_set_since_the_start_stays_unless_the_command_line_is_another()
    {
        One = One.Reborn("--quota", "nodes=500");
        Assert.Equal("500", Ask(MessageType.GetQuota, "nodes\0", asDom0: true));
        Ask(MessageType.SetQuota, "nodes\0700\0", asDom0: true);
        One = One.Reborn("--quota", "nodes=500");
        Assert.Equal("700", Ask(MessageType.GetQuota, "nodes\0", asDom0: true));
        One = One.Reborn("--quota", "nodes=600");
        Assert.Equal("600", Ask(MessageType.GetQuota, "nodes\0", asDom0: true));
    }

    [Fact]
    public void A_special_node_keeps_all_of_its_permissions()
    {
        string entries = string.Concat(Enumerable.Range(1, 300).Select(domid => $"r{domid}\0"));
        Assert.Equal("OK", Ask(MessageType.SetPerms, $"@releaseDomain\0n0\0{entries}", asDom0: true));
        string before = Ask(MessageType.GetPerms, "@releaseDomain\0", asDom0: true);
        Die();
        Assert.Equal(before, Ask(MessageType.GetPerms, "@releaseDomain\0", asDom0: true));
    }

    [Fact]
    public void What_belongs_to_the_domain_is_known()
    {
        Ask(MessageType.SetQuota, "1\0nodes\07\0", asDom0: true);
        Ask(MessageType.SetQuota, "nodes\08\0", asDom0: true);
        Ask(MessageType.SetPerms, "@releaseDomain\0n0\0r1\0", asDom0: true);
        Die();
        Assert.Equal("7", Ask(MessageType.GetQuota, "1\0nodes\0", asDom0: true));
        Assert.Equal("8", Ask(MessageType.GetQuota, "nodes\0", asDom0: true));
        Assert.Equal("n0 r1", Ask(MessageType.GetPerms, "@releaseDomain\0", asDom0: true));
        Assert.Equal("OK", Ask(MessageType.Watch, "@releaseDomain\0t\0"));
    }

    [Fact]
    public void A_domain_that_ended_in_between_is_gone()
    {
        Ask(MessageType.Write, "a\0value");
        File.WriteAllText(Path.Combine(One.HypervisorFolder, "dead.1"), "");
        Die();
        One.Turn();
        Assert.Null(One.Server.Store.Domains.Find(1));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "/local/domain/1/a\0", asDom0: true));
        Assert.Null(Audit.FirstFault(One.Server.Store));
        Die();
        Assert.Null(One.Server.Store.Domains.Find(1));
    }

    [Fact]
    public void An_account_is_what_it_was()
    {
        for (int i = 0; i < 20; i++)
            Ask(MessageType.Write, $"d/n{i}\0value{i}");
        Ask(MessageType.Watch, "d\0t\0");
        TakeAll();
        One.Turn();
        var before = Guest.Session.Domain.Account;
        var (nodes, bytes) = (before.Nodes.Now, before.Memory.Now);
        Die();
        Assert.Equal((nodes, bytes), (Guest.Session.Domain.Account.Nodes.Now, Guest.Session.Domain.Account.Memory.Now));
    }
}
