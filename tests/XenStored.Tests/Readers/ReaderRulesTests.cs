using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Commands;
using XenStored.Tests.Support;
using XenStored.Tree;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tests.Readers;

/// <summary>What a client of the read-only socket may ask for, see and hear.</summary>
public sealed class ReaderRulesTests : IDisposable
{
    readonly Core core = new();
    readonly Session dom0, reader;

    public ReaderRulesTests() => (dom0, reader) = (core.Socket(), core.Reader(1000));

    public void Dispose() => core.Dispose();

    [Fact]
    public void It_may_read_and_each_other_request_is_EROFS_whatever_is_in_it()
    {
        MessageType[] reading =
        [
            MessageType.Directory, MessageType.Read, MessageType.GetPerms, MessageType.Watch, MessageType.Unwatch,
            MessageType.TransactionStart, MessageType.TransactionEnd, MessageType.GetDomainPath, MessageType.IsDomainIntroduced,
            MessageType.ResetWatches, MessageType.DirectoryPart, MessageType.GetFeature, MessageType.GetQuota,
        ];
        for (var type = MessageType.Control; (int)type < CommandTable.Types; type++)
            if (CommandTable.Find(type) is not null)
                Assert.Equal(reading.Contains(type), Ask(type, "\0") != "EROFS");
        Assert.Equal("ENOSYS", Ask((MessageType)99, "\0"));
        Assert.Equal("ENOSYS", Ask(MessageType.WatchEvent, "\0"));
    }

    [Fact]
    public void What_changes_the_store_or_asks_the_daemon_for_something_is_EROFS()
    {
        Node("/public", "value", "b0");
        foreach (var (type, payload) in ((MessageType, string)[])
        [
            (MessageType.Write, "/public\0x"), (MessageType.Mkdir, "/public/x\0"), (MessageType.Rm, "/public\0"),
            (MessageType.SetPerms, "/public\0b1\0"), (MessageType.SetPerms, "@releaseDomain\0b1\0"), (MessageType.Introduce, "1\01\05\0"),
            (MessageType.Release, "1\0"), (MessageType.Resume, "1\0"), (MessageType.SetTarget, "1\02\0"),
            (MessageType.SetFeature, "1\00\0"), (MessageType.SetQuota, "nodes\01\0"), (MessageType.Control, "status\0"),
            (MessageType.Control, "quota\0set\0nodes\01\0"), (MessageType.Control, "live-update\0-f\0/bin/true\0"),
        ])
            Assert.Equal("EROFS", Ask(type, payload));
        Assert.Equal("value", Ask(MessageType.Read, "/public\0"));
        Assert.Equal("b0", Ask(MessageType.GetPerms, "/public\0"));
    }

    // The permissions of a screen's password are those of the fourth row.
    [Theory]
    [InlineData("r0", true)]
    [InlineData("b5", true)]
    [InlineData("n0", false)]
    [InlineData("n0,r5", false)]
    [InlineData("n5", false)]
    [InlineData("w0", false)]
    [InlineData("n0,b32756", false)] // the number that stands for no domain
    [InlineData("n0,r32757", true)] // the number that stands for every domain
    public void It_sees_what_a_guest_sees_that_no_permission_names(string permissions, bool isSeen)
    {
        core.Guest(5);
        Node("/a/b", "secret", permissions);
        Assert.Equal(isSeen ? "secret" : "EACCES", Ask(MessageType.Read, "/a/b\0"));
        Assert.Equal(isSeen ? "" : "EACCES", Ask(MessageType.Directory, "/a/b\0"));
        Assert.Equal(isSeen ? permissions.Replace(',', ' ') : "EACCES", Ask(MessageType.GetPerms, "/a/b\0"));
        Assert.Equal(!isSeen, Ask(MessageType.DirectoryPart, "/a/b\00\0") == "EACCES");
        Assert.Equal(isSeen ? "ENOENT" : "EACCES", Ask(MessageType.Read, "/a/b/none\0"));
    }

    [Fact]
    public void It_also_sees_the_nodes_that_an_administrator_opens_and_no_others_beside_or_below()
    {
        Open("/local/domain", "/local/domain/*/name", "/vm/**");
        Node("/local/domain/5/name", "web", "n0,r5");
        Node("/local/domain/5/name/below", "x", "n0,r5");
        Node("/local/domain/5/vncpasswd", "secret", "n0,r5");
        Node("/vm/1/a/b", "deep", "n0");
        Assert.Equal("5", Ask(MessageType.Directory, "/local/domain\0"));
        Assert.Equal("web", Ask(MessageType.Read, "/local/domain/5/name\0"));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "/local/domain/6/name\0"));
        Assert.Equal("EACCES", Ask(MessageType.Read, "/local/domain/5/name/below\0"));
        Assert.Equal("EACCES", Ask(MessageType.Read, "/local/domain/5/vncpasswd\0"));
        Assert.Equal("EACCES", Ask(MessageType.Directory, "/local/domain/5\0"));
        Assert.Equal("deep", Ask(MessageType.Read, "/vm/1/a/b\0"));
        Assert.Equal("1", Ask(MessageType.Directory, "/vm\0"));
        Assert.Equal("EROFS", Ask(MessageType.Write, "/vm/1/a/b\0x"));
    }

    [Fact]
    public void Its_relative_paths_are_those_of_the_domain_that_it_runs_in()
    {
        Node("/local/domain/0/x", "value", "r0");
        Assert.Equal("value", Ask(MessageType.Read, "x\0"));
    }

    [Fact]
    public void It_hears_of_the_nodes_that_it_may_read_and_of_no_others()
    {
        Open("/open");
        Node("/public", "", "r0");
        Node("/secret", "", "n0");
        foreach (string path in (string[])["/", "/public", "/secret", "/open"])
            Assert.Equal("OK", Ask(MessageType.Watch, $"{path}\0t\0"));
        core.Take(reader);
        foreach (string path in (string[])["/secret", "/secret/x", "/public", "/open", "/open/below", "/elsewhere"])
            core.Ask(dom0, MessageType.Write, path + "\0value");
        Assert.Equal(["< /public t", "< /public t", "< /open t", "< /open t", "< /open/below t", "< /open/below t"], core.Take(reader));
    }

    [Fact]
    public void It_hears_of_domains_as_a_guest_does_unless_an_administrator_opens_more()
    {
        foreach (string name in (string[])["@introduceDomain", "@releaseDomain"])
            Ask(MessageType.Watch, $"{name}\0t\0");
        core.Take(reader);
        core.Guest(5);
        core.Die(5);
        Assert.Equal(["< @releaseDomain t"], core.Take(reader));
        Open("@introduceDomain");
        core.Guest(6);
        Assert.Equal(["< @introduceDomain t"], core.Take(reader));
    }

    [Fact]
    public void Its_transaction_is_a_snapshot_which_ends_without_a_conflict()
    {
        Node("/public", "old", "r0");
        uint id = uint.Parse(Ask(MessageType.TransactionStart, "\0"), System.Globalization.CultureInfo.InvariantCulture);
        core.Ask(dom0, MessageType.Write, "/public\0new");
        Assert.Equal("old", core.Ask(reader, MessageType.Read, "/public\0", id));
        Assert.Equal("EROFS", core.Ask(reader, MessageType.Write, "/public\0x", id));
        Assert.Equal("OK", core.Ask(reader, MessageType.TransactionEnd, "T\0", id));
        Assert.Equal("new", Ask(MessageType.Read, "/public\0"));
    }

    // Guests' writes are slowed down while transactions of others are open, and a live update to C xenstored waits for the last of them.
    [Fact]
    public void Its_transaction_slows_nobody_down_and_nobody_waits_for_it()
    {
        Ask(MessageType.TransactionStart, "\0");
        Assert.Equal((0, 1), (core.Store.Transactions.Open, core.Store.Readers.Transactions));
        core.Ask(dom0, MessageType.TransactionStart, "\0");
        Assert.Equal(1, core.Store.Transactions.Open);
        core.Store.Sessions.Close(reader);
        Assert.Equal((1, 0), (core.Store.Transactions.Open, core.Store.Readers.Transactions));
    }

    // A long list of notes would be memory that nobody is charged for.
    [Fact]
    public void Its_transaction_notes_nothing_however_much_it_reads()
    {
        Node("/public", "", "r0");
        uint id = uint.Parse(Ask(MessageType.TransactionStart, "\0"), System.Globalization.CultureInfo.InvariantCulture);
        for (int i = 0; i < 3000; i++)
            Assert.Equal("ENOENT", core.Ask(reader, MessageType.Read, $"/public/{i}\0", id));
        Assert.Empty(reader.Transactions.Single().Nodes);
        Assert.Equal(0, reader.Domain.Account.Memory.Now);
    }

    // Whichever request may come to be, and whatever a record of a transaction may hold.
    [Fact]
    public void A_change_of_a_reader_is_refused_where_changes_are_made()
    {
        Node("/public", "value", "b0");
        var walk = new Walk(core.Memory.Blocks);
        var path = StorePath.Trusted("/public"u8);
        walk.To(core.Memory.Root, path);
        var change = Change.SetValue(walk, path, "x"u8);
        Assert.Equal(XsError.EROFS, core.Store.Changes.Apply(reader, null, change));
        uint id = core.Store.Transactions.Begin(reader);
        Assert.True(reader.TryTransaction(id, out var transaction));
        Assert.Equal(XsError.EROFS, core.Store.Changes.Apply(reader, transaction, change));
        transaction.Note(change);
        Assert.Equal(XsError.EROFS, core.Store.Transactions.Commit(reader, id, transaction));
        Assert.Equal("value", Ask(MessageType.Read, "/public\0"));
        Assert.NotEqual(XsError.None, core.Store.Rights.Check(reader, walk, path, Access.Write | Access.Owner));
    }

    [Fact]
    public void It_may_ask_for_limits_and_features_and_that_makes_no_record_of_a_domain()
    {
        core.Guest(5);
        Assert.Equal("1000", Ask(MessageType.GetQuota, "nodes\0"));
        Assert.Equal("1000", Ask(MessageType.GetQuota, "5\0nodes\0"));
        Assert.Equal("ENOENT", Ask(MessageType.GetQuota, "50\0nodes\0"));
        Assert.Equal("T", Ask(MessageType.IsDomainIntroduced, "5\0"));
        Assert.Equal("15", Ask(MessageType.GetFeature, "\0"[..0]));
        Assert.Equal("15", Ask(MessageType.GetFeature, "5\0"));
        Assert.Equal("/local/domain/5", Ask(MessageType.GetDomainPath, "5\0"));
        Assert.Null(core.Store.Domains.Find(50));
        Assert.Null(core.Store.Domains.Find(Domid.Invalid));
    }

    void Open(params string[] paths)
    {
        foreach (string path in paths)
            Assert.True(core.Store.Readers.Paths.TryAdd(path));
    }

    void Node(string path, string value, string permissions)
    {
        Assert.Equal("OK", core.Ask(dom0, MessageType.Write, $"{path}\0{value}"));
        Assert.Equal("OK", core.Ask(dom0, MessageType.SetPerms, $"{path}\0{permissions.Replace(',', '\0')}\0"));
    }

    string Ask(MessageType type, string payload) => core.Ask(reader, type, payload);
}
