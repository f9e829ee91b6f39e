using System.Net.Sockets;
using System.Text;
using Xen.Protocol.Wire;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Handover;

/// <summary>C xenstored becomes ours and ours becomes C's, each by its own live update, under a guest and clients that use it.</summary>
public sealed class SwapTests : SwapStage
{
    bool isOver;
    string starter = "";

    [Fact]
    public async Task Guests_and_clients_notice_nothing_when_C_xenstored_becomes_ours_and_ours_becomes_Cs()
    {
        var store = StartWithGuest(Theirs);
        var guest = Task.Factory.StartNew(Play, TaskCreationOptions.LongRunning);
        using var client = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Watch, "/a\0token\0"));
        Assert.Equal("< /a token", Next(client));
        for (int swap = 0; swap < 3; swap++)
            foreach (string next in (string[])[Ours, Theirs])
            {
                client.Send(SplitTests.Message(MessageType.Write, 7, "/half\0value").AsSpan(0, 20)); // the rest comes to the next store
                Assert.Equal("OK", Update(next, "-t", "20"));
                client.Send(SplitTests.Message(MessageType.Write, 7, "/half\0value").AsSpan(20));
                Assert.Equal("OK", Next(client));
                Assert.Equal("OK", Ask(MessageType.Write, "/a\0value"));
                Assert.Equal("< /a token", Next(client));
                Assert.Equal("n3", Ask(MessageType.GetPerms, "/local/domain/3\0"));
                Assert.False(guest.IsCompleted, Stage.Said);
            }
        Assert.Equal("OK", Update(Ours));
        Volatile.Write(ref isOver, true);
        Assert.True(await guest > 20, Stage.Said);
        Assert.Equal("T", Ask(MessageType.IsDomainIntroduced, "3\0"));
        Assert.Equal("OK", Ask(MessageType.Control, "check\0"));
        Assert.False(store.Process.HasExited);
        Kill(); // it is a store of ours with a keeper
        Assert.Equal("value", Ask(MessageType.Read, "/a\0"));
        Assert.Equal("OK", Ask(MessageType.Write, "/a\0value"));
        Assert.Equal("< /a token", Next(client));
    }

    // oxenstored writes no transactions and no waiting bytes, and so waits until there are none.
    [Fact]
    public async Task Guests_and_clients_notice_nothing_when_oxenstored_becomes_ours()
    {
        var store = StartWithGuest(Oxenstored);
        Assert.Equal("OK", Ask(MessageType.SetPerms, "@releaseDomain\0n0\0r3\0"));
        var guest = Task.Factory.StartNew(Play, TaskCreationOptions.LongRunning);
        using var client = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Watch, "/a\0token\0"));
        Assert.Equal("< /a token", Next(client));
        using var control = Connect();
        Assert.Equal("OK", Control(control, "-f", Ours));
        client.Send(SplitTests.Message(MessageType.Write, 7, "/half\0value").AsSpan(0, 20));
        string transaction = Begin(control);
        Assert.Equal("BUSY", Control(control, "-s", "-t", "20"));
        Thread.Sleep(200);
        Assert.Equal("BUSY", Control(control, "-s", "-t", "20"));
        Assert.Equal("OK", In(control, transaction, MessageType.TransactionEnd, "T\0"));
        client.Send(SplitTests.Message(MessageType.Write, 7, "/half\0value").AsSpan(20));
        Assert.Equal("OK", Next(client));
        string said;
        while ((said = Control(control, "-s", "-t", "20")) == "BUSY")
            Thread.Sleep(20);
        Assert.True(said == "OK", said + Stage.Said);
        Assert.StartsWith("xenstored ", Ask(MessageType.Control, "status\0"), StringComparison.Ordinal);
        Assert.Equal("No live-update session active.", Control(control, "-s")); // it was answered
        Assert.Equal("OK", Ask(MessageType.Write, "/a\0value"));
        Assert.Equal("< /a token", Next(client));
        Assert.Equal("n3", Ask(MessageType.GetPerms, "/local/domain/3\0"));
        Assert.Equal("n0\0r3", Ask(MessageType.GetPerms, "@releaseDomain\0"));
        Volatile.Write(ref isOver, true);
        Assert.True(await guest > 20, Stage.Said);
        Assert.Equal("T", Ask(MessageType.IsDomainIntroduced, "3\0"));
        Assert.Equal("OK", Ask(MessageType.Control, "check\0"));
        Assert.False(store.Process.HasExited);
        Kill();
        Assert.Equal("value", Ask(MessageType.Read, "/a\0"));
        Assert.False(File.Exists(Stage.File("db")));
    }

    // oxenstored writes such a file also when it ends, and when a log is rotated. The words of its live update stay in the command line.
    [Fact]
    public void A_dump_that_comes_later_is_not_read()
    {
        Start(Oxenstored);
        Assert.Equal("OK", Ask(MessageType.Write, "/a\0value"));
        Assert.Equal("OK", Update(Ours));
        File.WriteAllText(Stage.File("db"), "$xenstored-dump-format\n");
        Kill();
        Assert.Equal("value", Ask(MessageType.Read, "/a\0"));
        Assert.Equal("OK", Update(Ours)); // by its file, as another version
        Assert.Equal("value", Ask(MessageType.Read, "/a\0"));
        Kill();
        Assert.Equal("value", Ask(MessageType.Read, "/a\0"));
    }

    // Nobody else would serve the store.
    [Fact]
    public void A_store_that_was_taken_over_serves_without_a_pid_file_if_another_process_holds_it()
    {
        var store = Start(Theirs);
        Assert.Equal("OK", Ask(MessageType.Write, "/a\0value"));
        string held = Stage.File("held.pid");
        using var holder = Xen.Hosting.PidFile.TryTake(held);
        using var control = Connect();
        Assert.Equal("OK", Control(control, "-f", Ours));
        Assert.Equal("OK", Control(control, "-c", $"-N --pid-file {held}"));
        Assert.Equal("OK", Control(control, "-s"));
        store.Says("another one runs and holds");
        Assert.Equal("value", Ask(MessageType.Read, "/a\0"));
    }

    [Fact]
    public void oxenstored_stays_if_our_program_does_not_take_its_command_line()
    {
        Start(Oxenstored);
        using var control = Connect();
        Assert.Equal("OK", Control(control, "-f", Ours));
        Assert.Contains("exited with code 2", Control(control, "-c", "--no-such-option"), StringComparison.Ordinal);
        Assert.Equal("OK", Ask(MessageType.Write, "/a\0value"));
    }

    [Fact]
    public void An_open_transaction_holds_an_update_to_C_xenstored_up_which_does_not_know_it()
    {
        Start(Ours);
        using var client = Connect();
        string transaction = Begin(client);
        Assert.Equal("Domains with long running transactions:\nDomain 0: 0 s\n", Update(Theirs));
        Assert.Equal("OK", In(client, transaction, MessageType.Write, "/a\0value"));
        Assert.Equal("OK", In(client, transaction, MessageType.TransactionEnd, "T\0"));
        transaction = Begin(client);
        Assert.Equal("OK", Update(Theirs, "-F"));
        Assert.Equal("value", Ask(MessageType.Read, "/a\0"));
        Assert.Equal("ENOENT", In(client, transaction, MessageType.TransactionEnd, "T\0"));
    }

    [Fact]
    public async Task Who_begins_a_transaction_while_an_update_waits_for_another_one_gets_it_of_C_xenstored()
    {
        var (client, transaction, control) = UpdateThatWaits(seconds: 60);
        var (second, begun) = await BeginnerThatWaits();
        Assert.Equal("OK", In(client, transaction, MessageType.Write, "/a\0value"));
        Assert.Equal("OK", In(client, transaction, MessageType.TransactionEnd, "T\0"));
        Assert.Equal("OK", Next(control));
        transaction = await begun;
        Assert.Equal("value", In(second, transaction, MessageType.Read, "/a\0"));
        Assert.Equal("OK", In(second, transaction, MessageType.TransactionEnd, "T\0"));
        Assert.Equal("OK", Update(Ours));
    }

    [Fact]
    public async Task It_gets_it_of_ours_if_the_update_is_refused()
    {
        var (client, transaction, control) = UpdateThatWaits(seconds: 5);
        var (second, begun) = await BeginnerThatWaits();
        Assert.StartsWith("Domains with long running transactions", Next(control), StringComparison.Ordinal);
        Assert.Equal("OK", In(second, await begun, MessageType.TransactionEnd, "T\0"));
        Assert.Equal("OK", In(client, transaction, MessageType.TransactionEnd, "T\0"));
    }

    // Found by a review: nobody could end the wait, not even who had asked for the update.
    [Fact]
    public async Task It_gets_it_of_ours_if_who_asked_for_the_update_leaves()
    {
        var (client, transaction, control) = UpdateThatWaits(seconds: 1000);
        var (second, begun) = await BeginnerThatWaits();
        control.Dispose();
        Assert.Equal("OK", In(second, await begun, MessageType.TransactionEnd, "T\0"));
        Assert.Equal("OK", In(client, transaction, MessageType.TransactionEnd, "T\0"));
        Wait.Until(() => Stage.Said.Contains("the client that asked for it has left", StringComparison.Ordinal), () => Stage.Said);
        Assert.Equal("OK", Update(Theirs));
    }

    // The connection that waits may be that of dom0's kernel.
    [Fact]
    public async Task It_waits_for_some_seconds_only()
    {
        var (client, transaction, control) = UpdateThatWaits(seconds: 1000);
        var (second, begun) = await BeginnerThatWaits();
        Assert.Equal("OK", In(second, await begun, MessageType.TransactionEnd, "T\0")); // while the first is open
        Assert.Equal("OK", In(client, transaction, MessageType.TransactionEnd, "T\0"));
        Assert.Equal("OK", Next(control));
    }

    // Ours, a client with a transaction, and who has asked for an update to C xenstored, which waits for the end of that one.
    (Socket Client, string Transaction, Socket Control) UpdateThatWaits(int seconds)
    {
        Start(Ours);
        var (client, control) = (Connect(), Connect());
        string transaction = Begin(client);
        Assert.Equal("OK", Control(control, "-f", Theirs));
        control.Send(SplitTests.Message(MessageType.Control, 1, $"live-update\0-s\0-t\0{seconds}\0"));
        return (client, transaction, control);
    }

    // A client whose transaction does not begin, because the update has begun to wait for the open ones.
    async Task<(Socket Client, Task<string> Begun)> BeginnerThatWaits()
    {
        while (true)
        {
            var client = Connect();
            var begun = Task.Run(() => Begin(client));
            if (await Task.WhenAny(begun, Task.Delay(500)) != begun)
                return (client, begun);
            Assert.Equal("OK", In(client, await begun, MessageType.TransactionEnd, "F\0"));
            client.Dispose();
        }
    }

    // A transaction of a client that begins the next one as soon as one has ended.
    [Fact]
    public async Task A_client_with_a_transaction_at_any_time_holds_a_forced_update_up_no_longer_than_its_time()
    {
        Start(Ours);
        using var client = Connect();
        string transaction = Begin(client), next = Begin(client);
        using var control = Connect();
        Assert.Equal("OK", Control(control, "-f", Theirs));
        var updating = Task.Run(() => Control(control, "-s", "-F", "-t", "1"));
        Assert.Equal("OK", In(client, transaction, MessageType.TransactionEnd, "T\0"));
        Assert.Equal("OK", await updating);
        Assert.Equal("ENOENT", In(client, next, MessageType.TransactionEnd, "T\0"));
    }

    // C xenstored would end when it reads such a node.
    [Fact]
    public void A_guest_that_is_being_made_holds_an_update_to_C_xenstored_up()
    {
        Start(Ours);
        Assert.Equal("OK", Ask(MessageType.Write, "/local/domain/4\0"));
        Assert.Equal("OK", Ask(MessageType.SetPerms, "/local/domain/4\0n4\0"));
        Assert.StartsWith("Nodes belong to domain 4, which has no ring.", Update(Theirs, "-F"), StringComparison.Ordinal);
        Assert.Equal("OK", Ask(MessageType.Rm, "/local/domain/4\0"));
        Assert.Equal("OK", Update(Theirs));
    }

    [Fact]
    public void The_store_stays_if_the_other_xenstored_cannot_be_executed()
    {
        var store = Start(Theirs);
        Assert.Equal("OK", Update(Ours)); // whose command line says from now on that it takes over
        Assert.Equal("OK", Ask(MessageType.Write, "/a\0value"));
        string gone = Script("gone", $"rm {Stage.File("gone.sh")}; echo --keep-orphans"); // its help is the last that it does
        Assert.Equal("xenstored ended before the other program could take over; its log says why.", Update(gone));
        store.Says("the other program cannot be executed");
        using var client = Connect();
        string transaction = Begin(client); // of the process that came back
        Assert.Equal("value", In(client, transaction, MessageType.Read, "/a\0"));
        Assert.Equal("OK", In(client, transaction, MessageType.TransactionEnd, "T\0"));
        Assert.DoesNotContain("it has stood still", Stage.Said, StringComparison.Ordinal);
        Assert.Equal("value", Ask(MessageType.Read, "/a\0"));
        Assert.Equal("OK", Update(Ours));
        Assert.Equal("value", Ask(MessageType.Read, "/a\0"));
    }

    // What ours knew before is not true any more, and an empty store would take the guests' disks and networks away without a word.
    [Fact]
    public void Ours_does_not_begin_anew_when_C_xenstored_has_taken_over_and_ended()
    {
        var store = Start(Ours);
        Assert.Equal("OK", Update(Theirs));
        store.Ends("KILL");
        Stage.Environment["XENSTORED_KEEP"] = "0";
        var (status, _, errors) = Stage.RunProgram(Ours, "-N", "--pid-file", Stage.File("store.pid"));
        Assert.Equal(3, status);
        Assert.Contains("another xenstored had taken the store over and has ended", errors, StringComparison.Ordinal);
        File.Delete(Stage.Socket + ".store.left");
        Start(Ours);
        Assert.Equal("ENOENT", Ask(MessageType.Read, "/a\0"));
    }

    [Fact]
    public async Task What_waits_for_a_client_comes_from_the_next_store()
    {
        var store = Start(Ours);
        using var client = Connect();
        const int Requests = 2000;
        string value = new('v', 1000);
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, $"/big\0{value}"));
        byte[] all = [.. Enumerable.Range(0, Requests).SelectMany(i => SplitTests.Message(MessageType.Read, (uint)i, "/big\0"))];
        var sending = Task.Run(() => client.Send(all)); // the store reads as many as it may answer
        Wait.Until(() => int.Parse(Ask(MessageType.Control, "status\0").Split("requests ")[1].Split('\n')[0], null) > 200, Stage.Said);
        Assert.Equal("OK", Update(Theirs));
        for (int i = 0; i < Requests; i++)
            Assert.Equal(value, Next(client));
        Assert.Equal(all.Length, await sending);
        Assert.False(store.Process.HasExited);
    }

    DaemonProcess StartWithGuest(string program)
    {
        starter = program;
        StoreGuest.Prepare(Stage.HypervisorFolder, 3);
        var store = Start(program);
        Assert.Equal("OK", Ask(MessageType.Mkdir, "/local/domain/3\0"));
        Assert.Equal("OK", Ask(MessageType.SetPerms, "/local/domain/3\0n3\0"));
        Assert.Equal("OK", Ask(MessageType.Introduce, "3\01\05\0"));
        return store;
    }

    // Returns the number of requests.
    int Play()
    {
        using var guest = new StoreGuest(Stage.HypervisorFolder, 3, port: 5);
        int number = 0;
        guest.Send(SplitTests.Message(MessageType.Watch, 0, "w\0token\0"));
        Assert.Equal("OK", Next(guest));
        Assert.Equal("< w token", Next(guest));
        for (; !Volatile.Read(ref isOver); number++)
        {
            guest.Send(SplitTests.Message(MessageType.Write, 0, $"w/{number % 50}\0{number}"));
            string first = Next(guest), second = Next(guest);
            Assert.Contains(first == "OK" ? "oxenstored" : "", starter, StringComparison.Ordinal); // which tells of the event after the OK
            Assert.Equal(["OK", $"< w/{number % 50} token"], new[] { first, second }.Order(StringComparer.Ordinal).Reverse());
            guest.Send(SplitTests.Message(MessageType.Read, 0, $"w/{number % 50}\0"));
            Assert.Equal($"{number}", Next(guest));
        }
        return number;
    }

    static string Next(StoreGuest guest)
    {
        byte[] bytes = new byte[MessageHeader.Size];
        guest.Receive(bytes);
        var header = MessageHeader.Read(bytes);
        byte[] payload = new byte[header.Length];
        guest.Receive(payload);
        string text = Encoding.Latin1.GetString(payload).TrimEnd('\0').Replace('\0', ' ');
        return header.Type == MessageType.WatchEvent ? "< " + text : text;
    }

    void Kill()
    {
        int pid = Pid();
        Programs.Signal(pid, "KILL");
        Wait.Until(() => Pid() != pid, () => $"no store after {pid}\n{Stage.Said}");
    }
}
