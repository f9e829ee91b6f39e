using System.Text;
using Xen.Protocol.Wire;
using XenStored.Clients.Transacting;
using XenStored.Store;

namespace XenStored.Tests.Deaths;

/// <summary>
/// A transaction goes on in the next process, unless something that its client was told is no longer so. Then it ends in EAGAIN.
/// </summary>
public sealed class TransactionDeathTests : DeathTests
{
    [Fact]
    public void A_transaction_goes_on_over_each_death_and_is_committed()
    {
        Ask(MessageType.Write, "a\0value");
        uint id = Start();
        Assert.Equal("value", Ask(MessageType.Read, "a\0", transaction: id));
        Assert.Equal("OK", Ask(MessageType.Write, "made/in/it\0one", transaction: id));
        Die();
        Assert.Equal("one", Ask(MessageType.Read, "made/in/it\0", transaction: id));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "made/in/it\0")); // it is not committed
        Assert.Equal("OK", Ask(MessageType.SetPerms, "made/in/it\0n1\0r0\0", transaction: id));
        Die();
        Die();
        Assert.Equal("OK", Ask(MessageType.Rm, "a\0", transaction: id));
        Assert.Equal("OK", End(id));
        Assert.Equal("one", Ask(MessageType.Read, "made/in/it\0"));
        Assert.Equal("n1 r0", Ask(MessageType.GetPerms, "made/in/it\0"));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "a\0"));
        Assert.Null(Audit.FirstFault(One.Server.Store));
    }

    [Fact]
    public void One_in_which_nothing_was_asked_goes_on_too()
    {
        uint id = Start();
        Die();
        Assert.Equal("OK", End(id));
        Assert.True(Start() > id);
    }

    [Fact]
    public void One_is_lost_if_what_its_client_read_has_changed_and_ends_in_EAGAIN()
    {
        Ask(MessageType.Write, "a\0value");
        Ask(MessageType.Write, "b\0value");
        uint id = Start();
        Assert.Equal("value", Ask(MessageType.Read, "a\0", transaction: id));
        Assert.Equal("OK", Ask(MessageType.Write, "made/in/it\0value", transaction: id));
        Ask(MessageType.Write, "a\0other");
        Die();
        Assert.Equal("value", Ask(MessageType.Read, "b\0", transaction: id));
        Assert.Equal("OK", Ask(MessageType.Write, "b\0other", transaction: id));
        Assert.Equal("OK", Ask(MessageType.SetPerms, "made/in/it\0n1\0", transaction: id)); // as if it were there
        Assert.Equal("EAGAIN", Ask(MessageType.Read, "made/in/it\0", transaction: id)); // and not ENOENT
        Ask(MessageType.Write, "a\0value"); // too late
        Die();
        Assert.Equal("EAGAIN", End(id));
        Assert.Equal("value", Ask(MessageType.Read, "b\0"));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "b\0", transaction: 1_000_000));
        Assert.Equal("OK", Ask(MessageType.TransactionEnd, "F\0", transaction: id));
    }

    [Theory]
    [InlineData("a")] // a node that it was told is not there
    [InlineData("folder/child")] // of children that it was told of
    public void One_is_lost_if_a_node_was_made_that_its_client_was_told_is_not_there(string made)
    {
        Ask(MessageType.Mkdir, "folder\0");
        uint id = Start();
        Assert.Equal("ENOENT", Ask(MessageType.Read, "a\0", transaction: id));
        Assert.Equal("", Ask(MessageType.Directory, "folder\0", transaction: id));
        Assert.Equal("OK", Ask(MessageType.Write, "b\0value", transaction: id));
        Ask(MessageType.Write, $"{made}\0value");
        Die();
        Assert.Equal("EAGAIN", End(id));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "b\0"));
    }

    [Fact]
    public void One_goes_on_if_what_changed_is_nothing_that_its_client_was_told()
    {
        Ask(MessageType.Write, "a\0value");
        uint id = Start();
        Assert.Equal("value", Ask(MessageType.Read, "a\0", transaction: id));
        Assert.Equal("OK", Ask(MessageType.Write, "b\0from it", transaction: id));
        Ask(MessageType.Write, "a\0other");
        Ask(MessageType.Write, "a\0value"); // as before
        Ask(MessageType.Write, "b\0from another"); // a value that was not read
        Ask(MessageType.Write, "c\0value");
        Die();
        Assert.Equal("OK", End(id));
        Assert.Equal("from it", Ask(MessageType.Read, "b\0"));
    }

    [Fact]
    public void What_changes_after_the_death_is_a_conflict_as_ever()
    {
        Ask(MessageType.Write, "a\0value");
        uint id = Start();
        Assert.Equal("value", Ask(MessageType.Read, "a\0", transaction: id));
        Die();
        Assert.Equal("OK", Ask(MessageType.Write, "b\0value", transaction: id));
        Ask(MessageType.Write, "a\0other");
        Assert.Equal("EAGAIN", End(id));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "b\0"));
    }

    [Fact]
    public void Of_several_each_goes_on_and_those_that_are_over_do_not_come_back()
    {
        var open = new List<uint>();
        for (int i = 0; i < 5; i++)
        {
            open.Add(Start());
            uint committed = Start(), aborted = Start();
            Assert.Equal("OK", Ask(MessageType.Write, $"committed/{i}\0value", transaction: committed));
            Assert.Equal("OK", Ask(MessageType.Write, $"aborted/{i}\0value", transaction: aborted));
            Assert.Equal("OK", Ask(MessageType.Write, $"open/{i}\0value", transaction: open[i]));
            Assert.Equal("OK", End(committed));
            Assert.Equal("OK", Ask(MessageType.TransactionEnd, "F\0", transaction: aborted));
            Die();
            Assert.Equal("EAGAIN", End(committed)); // as one that is lost: this process does not know that it is over
        }
        Assert.All(open, id => Assert.Equal("OK", End(id)));
        Assert.Equal("committed open", Ask(MessageType.Directory, "/local/domain/1\0"));
        Assert.Equal("0 1 2 3 4", Ask(MessageType.Directory, "open\0"));
        Die();
        Assert.All(open, id => Assert.Equal("EAGAIN", End(id)));
    }

    [Fact]
    public void A_refused_change_keeps_it_from_committing_over_a_death_too()
    {
        Ask(MessageType.SetQuota, "1\0node-size\0300\0", asDom0: true);
        uint id = Start();
        Assert.Equal("OK", Ask(MessageType.Write, "a\0value", transaction: id));
        Assert.Equal("ENOSPC", Ask(MessageType.Write, $"b\0{new string('v', 400)}", transaction: id));
        Die();
        Assert.Equal("ENOMEM", End(id));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "a\0"));
    }

    [Fact]
    public void One_that_is_too_long_to_be_recorded_is_lost_as_a_whole()
    {
        uint id = Start();
        int each = 1000, count = TransactionLog.Most / each + 3;
        for (int i = 0; i < count; i++)
            Assert.Equal("OK", Ask(MessageType.Write, $"n{i}\0{new string('v', each)}", transaction: id));
        Assert.Equal(new string('v', each), Ask(MessageType.Read, "n0\0", transaction: id));
        Die();
        Assert.Equal("EAGAIN", End(id));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "n0\0"));
        uint next = Start();
        Assert.Equal("OK", Ask(MessageType.Write, "a\0value", transaction: next));
        Die();
        Assert.Equal("OK", End(next)); // the next one is recorded again
    }

    [Fact]
    public void What_is_in_no_tree_is_not_done_again()
    {
        Assert.Equal("OK", Ask(MessageType.SetPerms, "@releaseDomain\0n1\0", asDom0: true)); // so that the guest may change it
        uint id = Start();
        Assert.Equal("OK", Ask(MessageType.SetPerms, "@releaseDomain\0n1\0r0\0", transaction: id));
        Assert.Equal("OK", Ask(MessageType.SetPerms, "@releaseDomain\0n1\0r7\0", asDom0: true));
        Die();
        Assert.Equal("OK", Ask(MessageType.Write, "a\0value", transaction: id));
        Assert.Equal("n1 r7", Ask(MessageType.GetPerms, "@releaseDomain\0", asDom0: true));
    }

    [Fact]
    public void A_client_that_resets_its_connection_has_dropped_them_for_good()
    {
        uint id = Start();
        Assert.Equal("OK", Ask(MessageType.Write, "a\0value", transaction: id));
        Assert.Equal("OK", Ask(MessageType.ResetWatches, "\0"));
        Die();
        Assert.Equal("EAGAIN", End(id));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "a\0"));
    }

    [Fact]
    public void A_guest_has_no_more_transactions_of_an_earlier_process_than_it_may_have_open()
    {
        uint last = 0;
        for (int i = 0; i < 30; i++)
            if (uint.TryParse(Ask(MessageType.TransactionStart, "\0"), out uint id))
                last = id;
        Die();
        int refused = Enumerable.Range(1, 30).Count(id => Ask(MessageType.Write, "a\0v", transaction: (uint)id) == "EAGAIN");
        Assert.Equal(One.Server.Store.Domains.Find(1)!.Account.Transactions.Now, last);
        Assert.Equal(30 - (int)last, refused);
    }

    [Fact]
    public void Nothing_of_a_domain_that_ended_is_left()
    {
        Start();
        File.WriteAllText(Path.Combine(One.HypervisorFolder, "dead.1"), "");
        Die();
        One.Turn();
        Assert.Empty(One.Server.Store.Records.Below("/transactions"u8));
    }

    // Found by a review, as are those that follow: what was refused was not made, and the rest was committed.
    [Fact]
    public void One_of_which_a_request_was_refused_for_the_number_of_transactions_is_lost()
    {
        Ask(MessageType.SetQuota, "1\0transactions\02\0", asDom0: true);
        uint id = Start(), ended = Start();
        Assert.Equal("OK", Ask(MessageType.Write, "a\0value", transaction: id));
        Die();
        uint[] others = [Start(), Start()];
        Assert.Equal("EAGAIN", Ask(MessageType.Write, "b\0value", transaction: id));
        Assert.Equal("EAGAIN", End(ended));
        Assert.All(others, other => Assert.Equal("OK", End(other)));
        Assert.Equal("EAGAIN", End(id));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "a\0"));
        Assert.False(Guest.Session.HasTransactions);
    }

    // The next domain with its number would get the permission.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_that_gave_a_permission_to_a_domain_that_has_died_or_come_since_is_lost(bool wasThere)
    {
        string absent = Path.Combine(One.HypervisorFolder, "dead.2");
        if (wasThere)
            Assert.Equal("OK", Ask(MessageType.Introduce, "2\01\06\0", asDom0: true));
        else
            File.WriteAllText(absent, "");
        uint id = Start();
        Assert.Equal("OK", Ask(MessageType.Write, "a\0secret", transaction: id));
        Assert.Equal("OK", Ask(MessageType.SetPerms, "a\0n1\0r2\0", transaction: id));
        if (wasThere)
            Assert.Equal("OK", Ask(MessageType.Release, "2\0", asDom0: true));
        File.Delete(absent);
        Assert.Equal("OK", Ask(MessageType.Introduce, "2\01\06\0", asDom0: true));
        Die();
        Assert.Equal("EAGAIN", End(id));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "a\0"));
    }

    // A constant of the hash of names, which is public, made it forget what came before.
    [Fact]
    public void No_value_that_a_guest_can_choose_passes_for_another_one()
    {
        string word = Encoding.Latin1.GetString(BitConverter.GetBytes(0xA0761D6478BD642F));
        Ask(MessageType.Write, $"a\0/dev/sda{word}");
        uint id = Start();
        Assert.Equal($"/dev/sda{word}", Ask(MessageType.Read, "a\0", transaction: id));
        Assert.Equal("OK", Ask(MessageType.Write, "b\0value", transaction: id));
        Ask(MessageType.Write, $"a\0/dev/sdb{word}");
        Die();
        Assert.Equal("EAGAIN", End(id));
    }

    [Fact]
    public void A_long_one_goes_on_however_many_short_ones_the_connection_has_beside_it()
    {
        uint id = Start();
        Assert.Equal("OK", Ask(MessageType.Write, "a\0value", transaction: id));
        for (int i = 0; i < 400; i++)
        {
            uint shorter = Start();
            Assert.Equal("OK", Ask(MessageType.Write, $"b\0{i}", transaction: shorter));
            Assert.Equal("OK", End(shorter));
        }
        Die();
        Assert.Equal("OK", End(id));
        Assert.Equal("value", Ask(MessageType.Read, "a\0"));
    }

    [Fact]
    public void One_that_is_lost_is_known_to_be_open_until_its_end()
    {
        uint id = Start();
        for (int i = 0; i < 14; i++)
            Assert.Equal("OK", Ask(MessageType.Write, $"n{i}\0{new string('v', 1000)}", transaction: id));
        for (int deaths = 0; deaths < 2; deaths++)
        {
            Die();
            Assert.True(Guest.Session.HasTransactions);
        }
        Assert.Equal("EAGAIN", End(id));
        Assert.False(Guest.Session.HasTransactions);
        Die();
        Assert.False(Guest.Session.HasTransactions);
    }

    [Fact]
    public void A_reset_that_was_not_published_has_dropped_nothing()
    {
        uint id = Start();
        Assert.Equal("OK", Ask(MessageType.Write, "a\0value", transaction: id));
        One.Server.Store.Sessions.Reset(Guest.Session);
        Die();
        Assert.Equal("OK", End(id));
    }

    [Fact]
    public void One_that_lists_a_directory_of_its_own_in_parts_goes_on()
    {
        Ask(MessageType.Mkdir, "d/x\0");
        uint id = Start();
        Assert.Equal("OK", Ask(MessageType.Write, "d/y\0value", transaction: id));
        Assert.EndsWith(" x y", Ask(MessageType.DirectoryPart, "d\00\0", transaction: id), StringComparison.Ordinal);
        Die();
        Assert.Equal("OK", End(id));
    }

    [Fact]
    public void A_guest_s_number_of_a_transaction_is_not_given_twice_though_its_record_is_older()
    {
        Start();
        Die();
        Guest.Session.TransactionBound = uint.MaxValue; // so that no higher one is recorded, as if there were no memory
        uint id = 0;
        for (int i = 0; i < 1100; i++)
        {
            if (id > 0)
                Assert.Equal("OK", End(id));
            id = Start();
        }
        Die();
        Assert.True(Start() > id);
        Assert.Equal("OK", End(id));
    }

    [Fact]
    public void A_log_that_is_damaged_costs_only_its_transactions()
    {
        uint id = Start();
        Assert.Equal("OK", Ask(MessageType.Write, "a\0value", transaction: id));
        var (name, value) = Assert.Single(One.Server.Store.Records.Below("/transactions"u8));
        value[24] = 0xFF; // the length of the first entry
        value[25] = 0xFF;
        Assert.True(One.Server.Store.Records.TrySet([.. "/transactions/"u8, .. name], value));
        One.Turn();
        Die();
        Assert.Equal("EAGAIN", End(id));
        Assert.Equal("OK", Ask(MessageType.Write, "a\0value"));
    }

    uint Start() => Number(Ask(MessageType.TransactionStart, "\0"));

    string End(uint id) => Ask(MessageType.TransactionEnd, "T\0", transaction: id);
}
