using System.Text.RegularExpressions;
using Xen.Linux;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Connections.State;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Connections;

/// <summary>The trace: a file that cannot be had never holds or stops the store, and values of clipboards are left out.</summary>
public sealed class TraceTests : IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Impossible => new("a folder", "in no folder", "a link to nowhere", "a FIFO that nobody reads",
        "not permitted", "no name", "below a file");

    [Theory]
    [MemberData(nameof(Impossible))]
    public void A_trace_file_that_cannot_be_opened_is_said_and_the_store_serves(string what)
    {
        using var daemon = new StoreDaemon(folder, "-T", Make(what), "--log-dir", folder.File("logs"));
        using var client = daemon.Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\01"));
        if (what == "no name")
            return; // as if there were no -T
        daemon.Says("cannot be written: open: ");
        daemon.Says("tracing is off");
        Assert.Equal("1", StoreDaemon.Ask(client, MessageType.Read, "/a\0"));
    }

    [Theory]
    [MemberData(nameof(Impossible))]
    public void A_trace_file_named_later_that_cannot_be_opened_ends_the_trace_and_nothing_else(string what)
    {
        using var daemon = new StoreDaemon(folder, "-T", folder.File("trace"), "--log-dir", folder.File("logs"));
        using var client = daemon.Connect();
        Assert.NotEqual("OK", StoreDaemon.Ask(client, MessageType.Control, $"logfile\0{Make(what)}\0"));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/after\01"));
        if (what == "no name")
            return; // wrong usage, which changes nothing
        daemon.Says("cannot be written: open: ");
        Assert.DoesNotContain("/after", File.ReadAllText(folder.File("trace")), StringComparison.Ordinal);
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Control, $"logfile\0{folder.File("other")}\0"));
        StoreDaemon.Ask(client, MessageType.Read, "/after\0");
        Assert.Contains("READ (/after )", File.ReadAllText(folder.File("other")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_file_that_can_be_opened_by_now_is_taken_up_at_SIGHUP()
    {
        using var daemon = new StoreDaemon(folder, "-T", folder.File("late/trace"));
        using var client = daemon.Connect();
        daemon.Says("tracing is off");
        StoreDaemon.Ask(client, MessageType.Read, "/tool\0"); // who answers hears signals
        Directory.CreateDirectory(folder.File("late"));
        daemon.Signal("HUP");
        Until(() => File.Exists(folder.File("late/trace")), "it is not opened");
        StoreDaemon.Ask(client, MessageType.Read, "/tool\0");
        Assert.Contains("READ (/tool )", File.ReadAllText(folder.File("late/trace")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_of_a_FIFO_that_goes_away_or_does_not_read_takes_the_store_along_in_no_case()
    {
        FileDescriptor.MakeFifo(folder.File("fifo"));
        var reader = FileDescriptor.OpenReadWrite(folder.File("fifo"));
        using var daemon = new StoreDaemon(folder, "-T", folder.File("fifo"));
        using var client = daemon.Connect();
        for (int i = 0; i < 100; i++)
            Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, $"/n{i}\0{new string('v', 2000)}"));
        daemon.Says("cannot be written: write: Resource temporarily unavailable");
        Assert.True(reader.Read(new byte[200_000]) > 0);
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Control, "log\0on\0"));
        reader.Dispose();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\01"));
        daemon.Says("cannot be written: write: Broken pipe");
        Assert.Equal("1", StoreDaemon.Ask(client, MessageType.Read, "/a\0"));
    }

    [Fact]
    public void A_report_that_has_no_file_to_go_to_is_refused()
    {
        using var daemon = new StoreDaemon(folder, "-T", folder.File("in/no/folder"));
        using var client = daemon.Connect();
        Assert.Equal("EINVAL", StoreDaemon.Ask(client, MessageType.Control, "memreport\0"));
    }

    [Theory]
    [InlineData("/local/domain/1/data/set_clipboard", true)]
    [InlineData("/local/domain/1/data/report_clipboard", true)]
    [InlineData("data/report_clipboard", true)]
    [InlineData("data/set_clipboard", true)]
    [InlineData("/local/domain/1/data/clipboard", false)]
    [InlineData("data/ts", false)]
    public void Values_of_clipboards_are_left_out_of_requests_replies_and_transactions(string path, bool isOmitted)
    {
        using var one = new OneServer();
        var dom0 = one.Connect();
        one.Deliver(dom0, SplitTests.Message(MessageType.Write, 1, "/local/domain/1/data\0"));
        one.Deliver(dom0, SplitTests.Message(MessageType.SetPerms, 1, "/local/domain/1/data\0n1\0"));
        one.Deliver(dom0, SplitTests.Message(MessageType.Introduce, 1, "1\01\05\0"));
        Assert.Equal(0, one.Server.Trace.Open(folder.File("trace")));
        Ask(one, MessageType.Write, 0, $"{path}\0pass\0word");
        Ask(one, MessageType.Read, 0, $"{path}\0");
        Ask(one, MessageType.TransactionStart, 0, "\0");
        Ask(one, MessageType.Write, 1, $"{path}\0pass-word");
        Ask(one, MessageType.Read, 1, $"{path}\0");
        Ask(one, MessageType.TransactionEnd, 1, "T\0");
        Ask(one, MessageType.Read, 0, $"{path}/none\0");
        Ask(one, MessageType.Read, 0, "data\0");

        string trace = File.ReadAllText(folder.File("trace"));
        Assert.Equal(isOmitted ? 0 : 4, trace.Split('\n').Count(line => Regex.IsMatch(line, "pass.*word")));
        Assert.Equal(isOmitted ? 2 : 0, trace.Split($"WRITE ({path} [omitted])\n").Length - 1);
        Assert.Equal(isOmitted ? 2 : 0, trace.Split("READ ([omitted])\n").Length - 1);
        Assert.Equal(2, trace.Split($"READ ({path} )\n").Length - 1); // what was asked is no secret
        Assert.Contains("ERROR (ENOENT )", trace, StringComparison.Ordinal);
        Assert.EndsWith("READ ()\n", trace, StringComparison.Ordinal); // what follows a value that was left out is shown again
    }

    string Make(string what)
    {
        string path = folder.File("bad");
        switch (what)
        {
            case "a folder":
                Directory.CreateDirectory(path);
                return path;
            case "in no folder":
                return Path.Combine(path, "trace");
            case "a link to nowhere":
                File.CreateSymbolicLink(path, folder.File("none/none"));
                return path;
            case "a FIFO that nobody reads":
                FileDescriptor.MakeFifo(path);
                return path;
            case "not permitted":
                return "/sys/xenstored-trace";
            case "below a file":
                File.WriteAllText(path, "");
                return Path.Combine(path, "trace");
            default:
                return "";
        }
    }

    // One request of guest 1 on its ring; its reply is taken out.
    static void Ask(OneServer one, MessageType type, uint transaction, string payload)
    {
        var guest = Connection.Of(one.Server.Store.Domains.Find(1)!.Session)!;
        using var file = FileDescriptor.OpenOrCreate(Path.Combine(one.HypervisorFolder, "ring.1"));
        using var mapping = new Mapping(file, StorePage.Size, "ring.1");
        var page = new StorePage(mapping.Bytes(StorePage.Size));
        byte[] message = SplitTests.Message(type, 1, payload);
        new MessageHeader(type, 1, transaction, (uint)payload.Length).Write(message);
        Assert.Equal(message.Length, page.Requests.Put(message));
        one.Server.Queues.Wake(guest);
        one.Turn();
        page.Replies.Advance(page.Replies.Peek(new byte[1024]));
    }
}
