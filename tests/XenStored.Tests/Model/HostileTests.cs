using Xen.Protocol.Wire;
using XenStored.Clients.Limits;
using XenStored.Store;
using XenStored.Tests.Support;
using XenStored.Tree;

namespace XenStored.Tests.Model;

/// <summary>What a guest did in a review or a fuzz run, told again. Each test names the bug that it found.</summary>
public sealed class HostileTests : IDisposable
{
    readonly Core core = new(64 << 20);

    public void Dispose() => core.Dispose();

    [Fact]
    public void Who_had_a_dead_domains_permissions_does_not_hear_that_its_nodes_go()
    {
        var toolstack = core.Socket();
        core.Guest(1);
        var stub = core.Guest(2);
        core.Ask(toolstack, MessageType.Write, "/local/domain/1\0");
        core.Ask(toolstack, MessageType.SetPerms, "/local/domain/1\0n1\0");
        core.Ask(toolstack, MessageType.SetTarget, "2\01\0");
        core.Ask(stub, MessageType.Watch, "/local/domain/1\0t\0");
        core.Take(stub);
        core.Die(1);
        Assert.Empty(core.Take(stub));
    }

    [Fact]
    public void The_at_sign_alone_is_not_the_root()
    {
        Assert.True(StorePath.TryParse("@"u8, 1, new byte[StorePath.BufferSize], out var path));
        Assert.Equal((false, 1), (path.IsRoot, path.Depth));
    }

    [Fact]
    public void Large_removals_in_a_row_are_counted_before_their_blocks_are_used_again()
    {
        var client = core.Socket();
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < 3 * 310; i++)
                core.Ask(client, MessageType.Write, $"/r{i / 310}/n{i}\0{new string('v', 190)}");
            core.EndIteration();
            for (int i = 0; i < 3; i++)
                core.Ask(client, MessageType.Rm, $"/r{i}\0");
            core.Store.Publisher.PublishAndReclaim(16);
            for (int i = 0; i < 50; i++)
            {
                core.Ask(client, MessageType.Write, $"/w/n{i}\0{new string('\x7f', 214)}");
                core.Store.Publisher.PublishAndReclaim(16);
            }
        }
        Assert.Null(Audit.FirstFault(core.Store));
    }

    [Fact]
    public void Writing_a_deep_leaf_again_and_again_needs_no_more_memory()
    {
        var client = core.Socket();
        string deep = string.Concat(Enumerable.Repeat("/d", 990));
        core.Ask(client, MessageType.Write, $"{deep}\0x");
        core.Store.Publisher.PublishAndReclaim(256);
        long before = core.Memory.Bytes.Reserved;
        for (int i = 0; i < 500; i++)
        {
            Assert.Equal("OK", core.Ask(client, MessageType.Write, $"{deep}\0{i}"));
            core.Store.Publisher.PublishAndReclaim(256);
        }
        Assert.InRange(core.Memory.Bytes.Reserved, before, before + (2 << 20));
    }

    // Few messages can leave many dead blocks. As few were freed in a turn as there were messages, and the file grew without an end.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_given_up_transactions_leave_behind_is_freed_as_fast_as_it_is_made(bool makes)
    {
        var client = core.Socket();
        string deep = string.Concat(Enumerable.Repeat("/d", 300));
        if (!makes)
            for (int level = 1; level <= 30; level++)
                for (int i = 0; i < 31; i++)
                    core.Ask(client, MessageType.Write, $"{deep[..(2 * level)]}/n{i}\0x");
        core.EndIteration();
        long before = core.Memory.Bytes.Reserved;
        for (int i = 0; i < 2000; i++)
        {
            string id = core.Ask(client, MessageType.TransactionStart, "\0");
            Assert.Equal("OK", core.Ask(client, MessageType.Write, (makes ? deep : deep[..60]) + "/n0\0y", uint.Parse(id)));
            if (makes)
                Assert.Equal("OK", core.Ask(client, MessageType.Rm, "/d\0", uint.Parse(id)));
            Assert.Equal("OK", core.Ask(client, MessageType.TransactionEnd, "F\0", uint.Parse(id)));
            core.Store.Publisher.PublishAndReclaim(16);
        }
        Assert.InRange(core.Memory.Bytes.Reserved, before, before + (2 << 20));
    }

    [Fact]
    public void A_transaction_that_cannot_commit_notes_no_more()
    {
        var guest = core.Guest(1);
        core.Store.Domains.SetQuota(Quota.TransactionNodes, 10);
        string id = core.Ask(guest, MessageType.TransactionStart, "\0");
        for (int i = 0; i < 20; i++)
            core.Ask(guest, MessageType.Read, $"/missing/{i}\0", uint.Parse(id));
        long charged = core.Store.Domains.Find(1)!.Account.Memory.Now;
        for (int i = 20; i < 1000; i++)
            Assert.Equal("ENOSPC", core.Ask(guest, MessageType.Read, $"/missing/{i}\0", uint.Parse(id)));
        Assert.Equal(charged, core.Store.Domains.Find(1)!.Account.Memory.Now);
    }

    // A value on a node of a chain had each of its nodes made again by a walk of its own, and looked at by one more.
    [Fact]
    public void A_deep_path_of_which_some_nodes_were_changed_is_committed_as_it_is()
    {
        var client = core.Socket();
        string deep = string.Concat(Enumerable.Repeat("/d", 900));
        string id = core.Ask(client, MessageType.TransactionStart, "\0");
        core.Ask(client, MessageType.Mkdir, deep + "\0", uint.Parse(id));
        foreach (int level in (int[])[899, 450, 451, 1])
            core.Ask(client, MessageType.Write, $"{deep[..(2 * level)]}\0value {level}", uint.Parse(id));
        core.Ask(client, MessageType.SetPerms, $"{deep[..1400]}\0n0\0r5\0", uint.Parse(id));
        Assert.Equal("OK", core.Ask(client, MessageType.TransactionEnd, "T\0", uint.Parse(id)));
        for (int level = 1; level <= 900; level++)
        {
            string path = deep[..(2 * level)] + "\0";
            Assert.Equal(level is 899 or 450 or 451 or 1 ? $"value {level}" : "", core.Ask(client, MessageType.Read, path));
            Assert.Equal(level == 700 ? "n0 r5" : "n0", core.Ask(client, MessageType.GetPerms, path));
        }
        Assert.Null(Audit.FirstFault(core.Store));
    }

    [Fact]
    public void A_transaction_is_refused_before_it_takes_a_guest_over_its_memory()
    {
        var guest = core.Guest(1);
        var domain = core.Store.Domains.Find(1)!;
        string id = core.Ask(guest, MessageType.TransactionStart, "\0");
        string answer = "EACCES";
        for (int i = 0; i < 20_000 && answer == "EACCES"; i++)
            answer = core.Ask(guest, MessageType.Read, $"/missing/{new string('x', 1900)}{i}\0", uint.Parse(id));
        Assert.True(answer is "ENOMEM" or "ENOSPC", answer);
        Assert.True(domain.Admits(Quota.Memory, domain.Account.Memory.Now));
        Assert.Equal("ENOMEM", core.Ask(guest, MessageType.TransactionEnd, "T\0", uint.Parse(id)));
        Assert.Equal(0, domain.Account.Memory.Now);
    }

    [Fact]
    public void What_transactions_hold_is_charged()
    {
        var (guest, dom0) = (core.Guest(1), core.Socket());
        core.Ask(dom0, MessageType.Mkdir, "/local/domain/1\0");
        core.Ask(dom0, MessageType.SetPerms, "/local/domain/1\0n1\0");
        string id = core.Ask(guest, MessageType.TransactionStart, "\0");
        for (int i = 0; i < 100; i++)
            core.Ask(guest, MessageType.Write, $"n{i}\0{new string('v', 1900)}", uint.Parse(id));
        Assert.InRange(core.Store.Domains.Find(1)!.Account.Memory.Now, 190_000, 400_000);
    }

    [Fact]
    public void Long_watched_paths_are_charged_for_what_they_take()
    {
        var guest = core.Guest(1);
        string path = string.Concat(Enumerable.Repeat("/w", 1020));
        Assert.Equal("OK", core.Ask(guest, MessageType.Watch, $"{path}\0t\0"));
        Assert.InRange(core.Store.Domains.Find(1)!.Account.Memory.Now, 300_000, 400_000);
        core.Ask(guest, MessageType.ResetWatches, "\0");
        Assert.Equal(0, core.Store.Domains.Find(1)!.Account.Memory.Now);
    }

    [Fact]
    public void Keeping_orphans_brings_no_dead_permission_back_to_life()
    {
        core.Store.Orphans.AreKept = true;
        var dom0 = core.Socket();
        core.Guest(5);
        core.Guest(7);
        core.Ask(dom0, MessageType.Write, "/x\0secret");
        core.Ask(dom0, MessageType.SetPerms, "/x\0n5\0r7\0");
        core.Die(7);
        var successor = core.Guest(7);
        Assert.Equal("EACCES", core.Ask(successor, MessageType.Read, "/x\0"));
        core.Die(5);
        Assert.Equal("EACCES", core.Ask(successor, MessageType.Read, "/x\0"));
    }

    [Fact]
    public void A_special_node_changes_its_owners_account_and_outlives_its_owner()
    {
        var dom0 = core.Socket();
        core.Guest(5);
        core.Ask(dom0, MessageType.SetPerms, "@releaseDomain\0r5\0");
        Assert.Null(Audit.FirstFault(core.Store));
        core.Die(5);
        Assert.Equal("r0", core.Ask(dom0, MessageType.GetPerms, "@releaseDomain\0"));
        Assert.Null(Audit.FirstFault(core.Store));
    }

    [Fact]
    public void A_deep_path_made_in_a_transaction_is_committed_as_it_was_made()
    {
        var client = core.Socket();
        string deep = string.Concat(Enumerable.Repeat("/d", 900));
        string id = core.Ask(client, MessageType.TransactionStart, "\0");
        core.Ask(client, MessageType.Mkdir, $"{deep}\0", uint.Parse(id));
        core.Ask(client, MessageType.Write, "/d/d/d\0middle", uint.Parse(id));
        Assert.Equal("OK", core.Ask(client, MessageType.TransactionEnd, "T\0", uint.Parse(id)));
        Assert.Equal("middle", core.Ask(client, MessageType.Read, "/d/d/d\0"));
        Assert.Equal("", core.Ask(client, MessageType.Read, $"{deep}\0"));
        Assert.Null(Audit.FirstFault(core.Store));
    }
}
