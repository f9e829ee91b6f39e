using System.Text;
using Xen.Protocol.Wire;
using XenStored.Streams;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Streams;

/// <summary>Debian's own daemons (tests/Peers): what they write is read, and C xenstored goes on with what we write.</summary>
public sealed class PeerTests
{
    static readonly string Long = new('v', 2000);

    // A tree, watches of a client, and two guests: 5 waits for a reply that is longer than its ring, 6 has said half a request. Who owns a
    // node is introduced: else C xenstored 4.17 ends when it reads its own stream ("write node error restoring node").
    static void Fill(LiveUpdate update, bool hasTarget)
    {
        var client = update.Connect();
        var waits = update.Introduce(client, 5);
        var half = update.Introduce(client, 6);
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a/b\0hello"));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.SetPerms, "/a/b\0b5\0r3\0n7\0"));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/bin\0a\0b\xff"));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, $"/long\0{Long}"));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.SetPerms, "/long\0r0\0"));
        foreach (string path in new[] { "/a", "@introduceDomain", "rel/x" })
            Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Watch, $"{path}\0t {path}\0"));
        if (!hasTarget)
            return;
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.SetTarget, "6\05\0"));
        waits.Send(SplitTests.Message(MessageType.Read, 1, "/long\0"));
        half.Send(SplitTests.Message(MessageType.Read, 2, "/long\0")[..20]);
        Until(() => waits.Replies.Used == 1024 && half.Requests.Used == 0, "the guests are not served");
    }

    [Fact]
    public void A_stream_of_C_xenstored_is_read()
    {
        using var update = new LiveUpdate("c417");
        Fill(update, hasTarget: true);
        byte[] stream = update.Dump("state_dump");
        Assert.Equal(["-N", "-U"], update.Words);
        Assert.Equal(StreamFormat.Version1, Preamble.Detect(stream));
        var read = Kept.Read(stream);
        Assert.Empty(read.State.Remarks);
        string all = read.ToString();
        Assert.Contains("node /a/b 68656C6C6F Both5,Read3,None7\n", all, StringComparison.Ordinal);
        Assert.Contains("node /bin 610062FF None0\n", all, StringComparison.Ordinal);
        Assert.Contains("node @introduceDomain  None0\n", all, StringComparison.Ordinal);
        Assert.Contains("  watch /a t /a \n  watch @introduceDomain t @introduceDomain \n  watch rel/x t rel/x \n", all,
            StringComparison.Ordinal);
        Assert.Matches(@"connection \d+ domain 0 target  ports \d+  frame  id  in  out  unfinished 0\n", all);

        // A ring has room for 1024 bytes, and the reply has a header.
        var waits = read.State.Connections.Single(one => one.Ring?.Domid == 5);
        Assert.Equal(MessageHeader.Size + Long.Length - 1024, waits.UnfinishedOutput);
        Assert.Equal(Encoding.ASCII.GetBytes(Long[^waits.UnfinishedOutput..]), waits.Output);
        var half = read.State.Connections.Single(one => one.Ring?.Domid == 6);
        Assert.Equal((ushort?)5, half.Ring?.Target);
        Assert.Equal(SplitTests.Message(MessageType.Read, 2, "/long\0")[..20], half.Input);

        // The answer of the update waits for the client that asked for it.
        Assert.Contains(read.State.Connections, one => one.Output.AsSpan().SequenceEqual(Ok));
        Assert.NotNull(read.State.Listener);
        Assert.NotNull(read.State.EventChannels);
        Assert.Equal(stream, read.Write(1));
    }

    static byte[] Ok => [.. RecordBytes.U32(0), .. RecordBytes.U32(0), .. RecordBytes.U32(0), .. RecordBytes.U32(3), .. "OK\0"u8];

    [Fact]
    public void C_xenstored_goes_on_with_a_stream_of_ours()
    {
        using var update = new LiveUpdate("c417");
        Fill(update, hasTarget: true);
        var watcher = update.Connect();
        Assert.Equal("OK", StoreDaemon.Ask(watcher, MessageType.Watch, "/a\0late\0"));
        byte[] request = SplitTests.Message(MessageType.Write, 3, "/half\0value");
        var client = update.Connect();
        client.Send(request.AsSpan(..20));

        string state = update.InRunFolder("state_dump");
        using var tool = update.Begin(update.Script($"""
            mv {state} {update.File("theirs")}
            while [ ! -e {update.File("ours")} ]; do sleep 0.01; done
            mv {update.File("ours")} {state}
            exec {LiveUpdate.Program("xenstored")} "$@"
            """));
        Until(() => File.Exists(update.File("theirs")), "there is no stream");
        var read = Kept.Read(File.ReadAllBytes(update.File("theirs")));
        read.State.DomainQuotas.Add(new("nodes", 1000)); // nothing that 4.17 knows
        File.WriteAllBytes(update.File("part"), read.Write(1, out var losses));
        File.Move(update.File("part"), update.File("ours"));
        Assert.Empty(losses.Sentences);
        Assert.True(tool.Process.WaitForExit(LimitMs));
        Assert.Equal(0, tool.Process.ExitCode);

        client.Send(request.AsSpan(20..));
        Assert.Equal("hello", StoreDaemon.Ask(watcher, MessageType.Read, "/a/b\0"));
        Assert.Equal("b5\0r3\0n7", StoreDaemon.Ask(watcher, MessageType.GetPerms, "/a/b\0"));
        Until(() => StoreDaemon.Ask(watcher, MessageType.Read, "/half\0") == "value", "what was begun before is not done after");
        client.Send(SplitTests.Message(MessageType.Write, 4, "/a/c\0x"));
        var heard = new StringBuilder();
        byte[] bytes = new byte[100];
        while (!heard.ToString().Contains("/a/c\0late\0", StringComparison.Ordinal))
            heard.Append(Encoding.Latin1.GetString(bytes, 0, watcher.Receive(bytes)));
    }

    // Its own stream, unchanged. If this passes with a later peer, StreamLosses.Strangers has to say for which versions it counts.
    [Fact]
    public void C_xenstored_ends_when_a_node_is_owned_by_a_domain_without_a_ring()
    {
        using var update = new LiveUpdate("c417");
        var client = update.Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\0x"));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.SetPerms, "/a\0n5\0"));
        using var tool = update.Begin(update.Script($"exec {LiveUpdate.Program("xenstored")} \"$@\""));
        Assert.True(tool.Process.WaitForExit(LimitMs));
        Until(() => update.Said.Contains("write node error restoring node", StringComparison.Ordinal), () => update.Said);
    }

    [Fact]
    public void A_dump_of_oxenstored_is_read()
    {
        using var update = new LiveUpdate("oxen");
        Fill(update, hasTarget: false);
        byte[] dump = update.Dump("db");
        Assert.Equal(["--live", "--restart", "--no-fork", "--config-file"], update.Words[..4]);
        Assert.Equal(StreamFormat.OxenstoredDump, Preamble.Detect(dump));
        var read = Kept.ReadDump(Encoding.Latin1.GetString(dump));
        Assert.Empty(read.State.Remarks);
        string all = read.ToString();
        Assert.Contains("node /a/b 68656C6C6F Both5,Read3,None7\n", all, StringComparison.Ordinal);
        Assert.Contains("node /bin 610062FF None0\n", all, StringComparison.Ordinal);
        Assert.Contains("node @introduceDomain  None0\n", all, StringComparison.Ordinal);
        Assert.Equal("node /  None0", all.Split('\n').First(line => line.StartsWith("node", StringComparison.Ordinal)));
        Assert.Contains("  watch rel/x t rel/x \n", all, StringComparison.Ordinal);
        Assert.Matches(@"connection \d+ domain 5 target  ports \d+ 1 frame 1 id  in  out  unfinished 0\n", all);
        Assert.NotNull(read.State.DomainEventPort);
    }
}
