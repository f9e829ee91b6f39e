using System.Text.RegularExpressions;
using XenStored.Streams;
using XenStored.Streams.Contents;
using XenStored.Tree.Storage.Nodes;
using static XenStored.Tests.Streams.RecordBytes;

namespace XenStored.Tests.Streams;

/// <summary>The bytes of streams are those of the documents, and the formats are told apart.</summary>
public sealed class FormatTests
{
    // Each kind of record once; the two versions differ in what stands after a mark.
    static Kept Small()
    {
        var state = new StreamState { Listener = 3, EventChannels = 7 };
        state.DomainQuotas.Add(new("nodes", 1000));
        state.GlobalQuotas.Add(new("x", 0));
        var ring = new StreamRing(5, 6, 17) { UniqueId = 0x1122334455667788 };
        state.Connections.Add(new(1) { Ring = ring, Input = [1, 2, 3], Output = [4, 5], UnfinishedOutput = 1 });
        state.Connections.Add(new(2) { Socket = 9 });
        state.Connections[0].Watches.Add(new("a"u8.ToArray(), "t"u8.ToArray()));
        state.Connections[1].Watches.Add(new("/w"u8.ToArray(), [], 2));
        state.Domains.Add(new(5, 3, [new("nodes", 20)]));
        return new(state, [new("/"u8.ToArray(), "v"u8.ToArray(), [new(0, Access.None), new(5, Access.Both, true)])]);
    }

    static byte[][] Begin(byte version) =>
    [
        Preamble(version), Record(1, U32(3), U32(7)),
        Record(6, U16(1), U16(1), U32(1000), U32(0), Text("nodes\0x\0")),
        Record(2, U32(1), U16(0), U16(1), U16(5), U16(6), U32(17), U16(3), U16(1), U32(2), [1, 2, 3, 4, 5, 0, 0, 0],
            U64(0x1122334455667788)),
        Record(3, U32(1), U16(2), U16(2), Text("a\0t\0")),
        Socket(2),
    ];

    static readonly byte[] Root =
        Record(5, U32(0), U32(0), U16(2), U16(1), U16(0), U16(2), Text("n\0"), U16(0), Text("b\u0001"), U16(5), Text("/\0v"));

    static byte[] Domain(uint features) => Record(7, U16(5), U16(1), U32(features), U32(20), Text("nodes\0"));

    [Fact]
    public void A_stream_of_version_1()
    {
        byte[][] expected = [.. Begin(1), Record(3, U32(2), U16(3), U16(1), Text("/w\0\0")), Root, Domain(0), Record(0)];
        Assert.Equal(expected.SelectMany(part => part), Small().Write(1, out var losses));
        Assert.Equal(new(1, 1, 0), losses);
        Assert.Equal(
        [
            "Watches with a depth that is not handed over: 1. Their clients get events of deeper nodes.",
            "Domains with features that are not handed over: 1.",
        ], losses.Sentences);
    }

    [Fact]
    public void A_stream_of_version_2()
    {
        byte[] withDepth = Record(8, U32(2), U16(3), U16(1), U16(2), Text("/w\0\0"));
        byte[][] expected = [.. Begin(2), withDepth, Root, Domain(3), Record(0)];
        Assert.Equal(expected.SelectMany(part => part), Small().Write(2, out var losses));
        Assert.Empty(losses.Sentences);
    }

    [Fact]
    public void What_is_not_there_is_not_written()
    {
        Kept nothing = new(new() { Domains = { new(5, null, []) } }, []);
        Assert.Equal([.. Preamble(2), .. Record(1, U32(-1), U32(-1)), .. Record(0)], nothing.Write(2));
        Assert.Equal("listener  channels  event ", Kept.Read(nothing.Write(2)).ToString().Split('\n')[0]);
    }

    // C xenstored ends when it reads such a node (PeerTests), so whoever hands over to it has to know.
    [Fact]
    public void Nodes_of_owners_without_a_ring_are_counted()
    {
        var state = new StreamState { Connections = { new(1) { Ring = new(5, null, 1) } } };
        var nodes = new ushort[] { 0, 5, 6, 6 }.Select(owner => new Kept.Node("/"u8.ToArray(), [], [new(owner, Access.None)]));
        Kept kept = new(state, [.. nodes]);
        kept.Write(2, out var losses);
        Assert.Equal(2, losses.Strangers);
        Assert.Equal(["Nodes of owners that are not introduced: 2. C xenstored ends when it reads one."], losses.Sentences);
    }

    [Fact]
    public void What_a_record_has_no_room_for_is_refused()
    {
        Refused(new() { Connections = { new(1) { Socket = 1, Input = new byte[65536] } } });
        Refused(new() { Connections = { new(1) { Ring = new(1, null, null) } } });
        Refused(new() { Connections = { new(1) } });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Kept(new(), []).Write(3));

        static void Refused(StreamState state) => Assert.Throws<ArgumentException>(() => new Kept(state, []).Write(2));
    }

    [Theory]
    [InlineData("xenstore\0\0\0\u0001\0\0\0\0", StreamFormat.Version1)]
    [InlineData("xenstore\0\0\0\u0002\0\0\0\0more", StreamFormat.Version2)]
    [InlineData("xenstore\0\0\0\u0003\0\0\0\0", StreamFormat.OtherRecords)]
    [InlineData("xenstore\0\0\0\0\0\0\0\0", StreamFormat.OtherRecords)]
    [InlineData("xenstore\0\0\0\u0002\0\0\0\u0001", StreamFormat.OtherRecords)]
    [InlineData("xenstore\0\0\0\u0002\0\0\0", StreamFormat.Unknown)]
    [InlineData("$xenstored-dump-format\nglobal,3", StreamFormat.OxenstoredDump)]
    [InlineData("$xenstored-dump-format", StreamFormat.OxenstoredDump)]
    [InlineData("$xenstored-dump-formats", StreamFormat.Unknown)]
    [InlineData("$xenstored-dump", StreamFormat.Unknown)]
    [InlineData("", StreamFormat.Unknown)]
    internal void A_format_is_known_by_its_first_bytes(string first, StreamFormat format)
    {
        Assert.Equal(format, XenStored.Streams.Preamble.Detect(Text(first)));
        byte[] enough = Text(first)[..Math.Min(first.Length, XenStored.Streams.Preamble.BytesToDetect)];
        Assert.Equal(format, XenStored.Streams.Preamble.Detect(enough));
    }

    [Fact]
    public void What_was_written_is_read()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var state = new RandomState(seed).Make();
            byte[] stream = state.Write(2, out var losses);
            var read = Kept.Read(stream);
            Assert.Equal($"{seed}: {state}", $"{seed}: {read}");
            Assert.Empty(read.State.Remarks);
            Assert.Equal((0, 0), (losses.Depths, losses.Features));
            Assert.Equal(stream, read.Write(2));
        }
    }

    [Fact]
    public void In_version_1_all_but_depths_and_features_is_read()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var state = new RandomState(seed).Make();
            var read = Kept.Read(state.Write(1));
            state.State.Domains.RemoveAll(domain => domain.Quotas.Count == 0);
            Assert.Equal(Plain(state), Plain(read));
            Assert.All(read.State.Domains, domain => Assert.Null(domain.Features));
        }

        static string Plain(Kept kept) => Regex.Replace(kept.ToString(), @"(?m)(?<=^  watch \S* \S* )\d+$|(?<=features )\d+", "");
    }
}
