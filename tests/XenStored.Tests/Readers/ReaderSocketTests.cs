using System.Net.Sockets;
using System.Text.Json;
using Xen.Protocol.Wire;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Readers;

/// <summary>The read-only socket of the daemon: who may connect, and that its clients cost others little.</summary>
public sealed class ReaderSocketTests : ReaderStage
{
    const string Strangers = "65533", Friends = "65532"; // no user and no group of this host

    [Fact]
    public void Without_a_reader_there_is_no_socket()
    {
        Start(Ours);
        Assert.False(File.Exists(ReaderSocket));
    }

    // As root only: another user's process connects.
    [Theory]
    [InlineData("4.14")]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void Debian_s_clients_read_as_a_user_and_as_a_member_of_a_group_and_nobody_else_connects(string xen)
    {
        StartOpen("--reader-group", Friends);
        Assert.Equal("OK", Ask(MessageType.Write, "/public/inner\0deep"));
        foreach (string[] who in (string[][])[["--clear-groups", $"--regid={Friends}"], [$"--groups=7,{Friends}", $"--regid={Strangers}"]])
        {
            Assert.Equal("old\n", Run(xen, who, "xenstore-read", "/public").Output);
            Assert.Contains("/public/inner = \"deep\"", Run(xen, who, "xenstore-ls", "-f", "/public").Output, StringComparison.Ordinal);
            Assert.Equal("old\n", Run(xen, who, "xenstore-read", "-s", "/public").Output);
            Assert.Contains("couldn't read", Run(xen, who, "xenstore-read", "/secret").Errors, StringComparison.Ordinal);
            Assert.NotEqual(0, Run(xen, who, "xenstore-write", "/public", "mine").Status);
            Assert.NotEqual(0, Run(xen, who, "xenstore-rm", "/public").Status);
            using var watch = System.Diagnostics.Process.Start(Describe(xen, who, ["xenstore-watch", "-n", "2", "/public"]))!;
            Assert.Equal("/public", watch.StandardOutput.ReadLine());
            Assert.Equal("OK", Ask(MessageType.Write, "/public/x\0value"));
            Assert.Equal("/public/x", watch.StandardOutput.ReadLine());
            watch.WaitForExit();
        }
        Assert.Contains("Permission denied", Run(xen, ["--clear-groups", $"--regid={Strangers}"], "xenstore-read", "-s", "/public").Errors,
            StringComparison.Ordinal);
        Assert.Equal("old", Ask(MessageType.Read, "/public\0"));
    }

    // As root only. Root itself may always connect, so another user has to.
    [Theory]
    [InlineData(Strangers, Strangers)]
    [InlineData("daemon", "1")] // as Debian's /etc/passwd has it
    public void A_user_who_is_named_connects_without_a_group(string named, string uid)
    {
        StartOpen("--reader-user", named);
        Assert.Equal("old\n", Run("4.17", [$"--reuid={uid}", "--clear-groups", $"--regid={Friends}"], "xenstore-read", "/public").Output);
        Assert.NotEqual(0, Run("4.17", ["--reuid=65531", "--clear-groups", $"--regid={Friends}"], "xenstore-read", "/public").Status);
    }

    // An administrator may have given the socket's file another mode. As root only.
    [Fact]
    public void Who_reaches_the_socket_and_is_not_named_is_disconnected_and_logged_with_pid_and_user()
    {
        var store = StartOpen();
        File.SetUnixFileMode(ReaderSocket, (UnixFileMode)0x1B6); // 0666
        Assert.NotEqual(0, Run("4.17", ["--clear-groups", $"--regid={Strangers}"], "xenstore-read", "-s", "/public").Status);
        store.Says($"uid {Strangers}) is refused: its user and its groups are not among the readers");
        Assert.Equal(1, Readers().GetProperty("clients_refused").GetInt32());
        using var reader = ConnectReader();
        MayOnlyRead(reader);
    }

    [Fact]
    public void A_user_with_too_many_connections_is_disconnected_and_may_come_again_when_one_has_ended()
    {
        var store = StartOpen("--reader-connections", "8");
        using var first = ConnectReader();
        using (var second = ConnectReader())
        {
            MayOnlyRead(first);
            MayOnlyRead(second);
            using var third = ConnectReader();
            Assert.True(IsClosed(third));
            store.Says("is refused: its user has 2 connections, the limit is 2");
        }
        Wait.Until(() => Readers().GetProperty("connections").GetInt32() == 1, "its end is not seen");
        using var next = ConnectReader();
        MayOnlyRead(next);
    }

    [Fact]
    public void A_name_in_its_place_keeps_readers_out_and_nobody_else()
    {
        File.WriteAllText(ReaderSocket, "mine");
        var store = Start(Ours, Open);
        store.Says("readers cannot connect to");
        Assert.Equal("mine", File.ReadAllText(ReaderSocket));
        Assert.Equal("OK", Ask(MessageType.Write, "/a\0value"));
    }

    [Fact]
    public void An_unknown_name_in_the_settings_keeps_nobody_else_out()
    {
        var store = StartOpen("--reader-group", "no-such-group");
        store.Says("--reader-group no-such-group: this host has no such name");
        using var reader = ConnectReader();
        MayOnlyRead(reader);
    }

    // The socket has requests all the time. The store does not look at them again and again, and others are served.
    [Fact]
    public void A_flood_of_requests_waits_in_its_socket_while_others_are_served_and_the_store_sleeps()
    {
        StartOpen("--reader-requests", "10");
        using var reader = ConnectReader();
        byte[] flood = [.. Enumerable.Range(0, 400).SelectMany(i => SplitTests.Message(MessageType.Read, (uint)i, "/public\0"))];
        reader.Send(flood);
        Wait.Until(() => reader.Available > 0, "it is not served at all");
        using var client = Connect();
        for (int i = 0; i < 100; i++)
            Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, $"/a/{i}\0value"));
        long before = Iterations(client);
        Thread.Sleep(500);
        Assert.InRange(Iterations(client) - before, 1, 50);
        Assert.True(reader.Available < 400 * (MessageHeader.Size + 3), "the whole flood is served");
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\0value"));
    }

    [Fact]
    public void Each_request_of_a_flood_is_answered_in_the_end()
    {
        StartOpen("--reader-requests", "4000");
        using var reader = ConnectReader();
        for (int i = 0; i < 2000; i++)
            reader.Send(SplitTests.Message(MessageType.Read, 1, "/public\0"));
        for (int i = 0; i < 2000; i++)
            Assert.Equal("old", Next(reader));
    }

    [Fact]
    public void One_that_does_not_read_its_events_is_disconnected()
    {
        var store = StartOpen();
        using var deaf = ConnectReader();
        Assert.Equal("OK", StoreDaemon.Ask(deaf, MessageType.Watch, $"/public\0{new string('t', 2000)}\0"));
        using var client = Connect();
        for (int i = 0; i < 1000; i++) // two megabytes; the kernel takes a part of it
            Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, $"/public/{i}\0value"));
        Assert.Equal(0, Readers().GetProperty("connections").GetInt32());
        store.Says("is closed: it does not read");
    }

    [Fact]
    public void The_status_tells_of_readers()
    {
        var store = StartOpen("--reader-watches", "4");
        using var reader = ConnectReader();
        StoreDaemon.Ask(reader, MessageType.Watch, "/public\01\0");
        StoreDaemon.Ask(reader, MessageType.Watch, "/public\02\0");
        Begin(reader);
        Assert.Equal("""{"connections":1,"watches":1,"transactions":1,"clients_refused":0,"requests_refused":1}""", Readers().ToString());
        Assert.Contains("readers 1, their watches 1, transactions 1; clients refused 0, requests 1", Ask(MessageType.Control, "status\0"),
            StringComparison.Ordinal);
        Assert.Contains("transactions 0\n", Ask(MessageType.Control, "status\0"), StringComparison.Ordinal);
        store.Says("have as many watches as");
    }

    [Fact]
    public void The_clients_that_are_told_of_are_readers_or_not()
    {
        StartOpen();
        using var reader = ConnectReader();
        Begin(reader); // it has been accepted
        var clients = JsonElement.Parse(Ask(MessageType.Control, "status\0clients\0")).GetProperty("clients").EnumerateArray();
        Assert.Equal([false, true], clients.Select(client => client.GetProperty("reader").GetBoolean()).Order());
    }

    JsonElement Readers() => JsonDocument.Parse(Ask(MessageType.Control, "status\0json\0")).RootElement.GetProperty("readers");

    static long Iterations(Socket client) =>
        JsonDocument.Parse(StoreDaemon.Ask(client, MessageType.Control, "status\0json\0")).RootElement.GetProperty("iterations").GetInt64();

    (int Status, string Output, string Errors) Run(string xen, string[] who, params string[] words) =>
        Programs.Run(Describe(xen, who, words));

    System.Diagnostics.ProcessStartInfo Describe(string xen, string[] who, string[] words) => Programs.Describe("setpriv",
        [.. who.Any(word => word.StartsWith("--reuid", StringComparison.Ordinal)) ? [] : (string[])[$"--reuid={Strangers}"], .. who,
            Path.Combine(Checkout.Path("tests/Peers/cache/clients"), xen, "run"), .. words],
        [new("XENSTORED_PATH", ReaderSocket)]);
}
