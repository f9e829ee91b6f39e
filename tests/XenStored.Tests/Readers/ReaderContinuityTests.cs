using Xen.Protocol.Wire;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Readers;

/// <summary>
/// A client of the read-only socket over deaths and updates of the store: it goes on where it was, or its connection ends. It never comes
/// back with more rights.
/// </summary>
public sealed class ReaderContinuityTests : ReaderStage
{
    [Theory]
    [InlineData("KILL")] // the store
    [InlineData("USR2")] // its keeper: a reload
    public void It_goes_on_and_is_still_a_reader_and_so_are_new_ones(string signal)
    {
        var keeper = StartOpen();
        using var reader = ConnectReader();
        using var silent = ConnectReader(); // has no watch, so the records say nothing of it but its slot
        Assert.Equal("OK", StoreDaemon.Ask(reader, MessageType.Watch, "/\0token\0"));
        Assert.Equal("< / token", Next(reader));
        string transaction = Begin(reader), other = Begin(silent);
        Assert.Equal("old", In(reader, transaction, MessageType.Read, "/public\0"));
        Assert.Equal("name", In(silent, other, MessageType.Read, "/named\0"));
        for (int death = 0; death < 3; death++)
        {
            int pid = Pid();
            Programs.Signal(signal == "KILL" ? pid : keeper.Id, signal);
            Wait.Until(() => Pid() != pid, () => $"no other store\n{Stage.Said}");
            foreach (string node in (string[])["/secret\0other", "/public\0new"])
                Assert.Equal("OK", Ask(MessageType.Write, node));
            Assert.Equal("< /public token", Next(reader)); // and nothing of the secret
            MayOnlyRead(reader);
            MayOnlyRead(silent);
            using var fresh = ConnectReader();
            MayOnlyRead(fresh);
        }
        foreach (var (client, id) in ((System.Net.Sockets.Socket, string)[])[(reader, transaction), (silent, other)])
            Assert.Equal("EROFS", In(client, id, MessageType.Write, "/public\0mine"));
        Assert.Equal("EAGAIN", In(reader, transaction, MessageType.TransactionEnd, "T\0")); // what it has read is another now
        Assert.Equal("OK", In(silent, other, MessageType.TransactionEnd, "T\0"));
        Assert.Equal("new", Ask(MessageType.Read, "/public\0"));
    }

    [Fact]
    public void It_goes_on_over_a_live_update_and_its_open_transaction_keeps_nobody_waiting()
    {
        StartOpen();
        using var reader = ConnectReader();
        Begin(reader);
        Assert.Equal("OK", Update(Ours));
        MayOnlyRead(reader);
    }

    [Fact]
    public void Its_connection_ends_when_C_xenstored_takes_the_store_over_and_other_clients_stay()
    {
        StartOpen();
        using var reader = ConnectReader();
        using var client = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\0value"));
        Assert.Equal("OK", StoreDaemon.Ask(reader, MessageType.Watch, "/public\0token\0"));
        Next(reader);
        Begin(reader);
        string transaction = Begin(client);
        Assert.Equal("Domains with long running transactions:\nDomain 0: 1 s", Update(Theirs, "-t", "1").TrimEnd()); // and no reader
        MayOnlyRead(reader);
        Assert.Equal("OK", In(client, transaction, MessageType.TransactionEnd, "T\0"));
        Assert.Equal("OK", Update(Theirs));
        Assert.True(IsClosed(reader));
        Assert.False(DaemonProcess.Answers(ReaderSocket));
        Assert.Equal("value", StoreDaemon.Ask(client, MessageType.Read, "/a\0"));
    }

    // Messages that were read and not served are looked through for beginnings of transactions, for which an update waits.
    [Fact]
    public void A_flood_of_transactions_that_a_reader_would_begin_keeps_C_xenstored_from_nothing()
    {
        StartOpen("--reader-requests", "10");
        using var reader = ConnectReader();
        reader.Send([.. Enumerable.Range(0, 1000).SelectMany(i => SplitTests.Message(MessageType.TransactionStart, (uint)i, "\0"))]);
        Next(reader); // so some are served, and the next ones are read and wait
        Assert.Equal("OK", Update(Theirs, "-t", "1"));
    }

    [Fact]
    public void Its_connection_ends_when_the_settings_do_not_name_its_user_any_more()
    {
        StartOpen();
        using var reader = ConnectReader();
        using var control = Connect();
        Assert.Equal("OK", Control(control, "-f", Ours));
        Assert.Equal("OK", Control(control, "-c", $"-N --pid-file {Stage.File("store.pid")}"));
        Assert.Equal("OK", Control(control, "-s"));
        Assert.True(IsClosed(reader));
        Assert.False(File.Exists(ReaderSocket));
    }

    // Found by a review: it stayed connected, without its watches.
    [Fact]
    public void Nothing_of_it_is_lost_when_C_xenstored_cannot_take_over()
    {
        StartOpen();
        using var reader = ConnectReader();
        Assert.Equal("OK", StoreDaemon.Ask(reader, MessageType.Watch, "/public\0token\0"));
        Assert.Equal("< /public token", Next(reader));
        Directory.CreateDirectory(Stage.File("state_dump.part")); // so that the stream cannot be written
        Assert.StartsWith("The stream could not be written", Update(Theirs), StringComparison.Ordinal);
        Assert.Equal("OK", Ask(MessageType.Write, "/public\0value"));
        Assert.Equal("< /public token", Next(reader));
        Assert.Equal("OK", StoreDaemon.Ask(reader, MessageType.Unwatch, "/public\0token\0"));
    }

    [Fact]
    public void What_waits_for_it_comes_after_a_death_of_the_store()
    {
        StartOpen();
        using var reader = ConnectReader();
        Assert.Equal("OK", StoreDaemon.Ask(reader, MessageType.Watch, "/public\0token\0"));
        Assert.Equal("< /public token", Next(reader));
        int pid = Pid();
        for (int i = 0; i < 100; i++)
            Assert.Equal("OK", Ask(MessageType.Write, $"/public/{i}\0value"));
        Programs.Signal(pid, "KILL");
        Wait.Until(() => Pid() != pid, () => $"no other store\n{Stage.Said}");
        for (int i = 0; i < 100; i++)
            Assert.Equal($"< /public/{i} token", Next(reader));
    }
}
