using XenStored.Streams;
using XenStored.Streams.Contents;
using static XenStored.Tests.Streams.RecordBytes;

namespace XenStored.Tests.Streams;

/// <summary>What others write otherwise than the documents say, or what means nothing to us, is no fault.</summary>
public sealed class TolerantReaderTests
{
    [Fact]
    public void An_unknown_record_is_left_out_with_a_remark()
    {
        var read = Kept.Read(Stream(2, Node("/"), Record(77, new byte[100_000]), Node("/a")));
        Assert.Equal(["Record 3 (type 77) at byte 64: the type is not known, and the record is left out."], read.State.Remarks);
        Assert.Equal(2, read.Nodes.Count);
    }

    [Fact]
    public void Remarks_are_counted_where_they_are_too_many()
    {
        var read = Kept.Read(Stream(2, [.. Enumerable.Range(0, 250).Select(_ => Record(77))]));
        Assert.Equal(StreamState.MostRemarks + 1, read.State.Remarks.Count);
        Assert.Equal("150 further remarks are not shown.", read.State.Remarks[^1]);
    }

    [Fact]
    public void Transactions_and_their_nodes_are_left_out()
    {
        byte[] pending = Record(5, U32(1), U32(2), U16(3), U16(0), U16(2), U16(0), Text("/b\0"));
        var read = Kept.Read(Stream(1, Socket(1), Record(4, U32(1), U32(2)), Node("/"), pending, Node("/a")));
        Assert.Equal(["Transactions: 1. They are left out, and end here.", "Nodes that belong to a transaction: 1. They are left out."],
            read.State.Remarks);
        Assert.Equal(2, read.Nodes.Count);
    }

    [Fact]
    public void What_follows_the_last_record_is_not_read()
    {
        using var stream = new MemoryStream([.. Stream(1), 1, 2, 3]);
        Assert.Equal(3, Kept.Read(stream, (read, handler) => StateReader.Read(read, handler)).State.Listener);
        Assert.Equal(3, stream.Length - stream.Position);
    }

    [Fact]
    public void Records_may_be_longer_than_what_they_say_and_padding_may_be_anything()
    {
        byte[] watch = Record(3, U32(1), U16(2), U16(2), Text("a\0t\0xxxxyyyyyyyy"));
        byte[] node = Record(5, U32(0), U32(0), U16(2), U16(1), U16(0), U16(1), Text("r"), [0], U16(3), Text("/\0vxxxxxxx"));
        var read = Kept.Read(Stream(1, Socket(1), watch, node));
        Assert.EndsWith("  watch a t \nnode / 76 Read3\n", read.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_without_the_global_record_has_no_descriptors() =>
        Assert.Null(Kept.Read([.. Preamble(1), .. End]).State.Listener);

    [Fact]
    public void A_socket_with_a_unique_id_is_read_to_its_end()
    {
        byte[] socket = Record(2, U32(1), U16(1), U16(1), U32(9), U32(0), U16(0), U16(0), U32(0), U64(12));
        Assert.Equal(9, Kept.Read(Stream(2, socket)).State.Connections.Single().Socket);
    }

    // The three layouts of a watch with a depth, for all small lengths of path and token, whatever record comes next.
    [Theory]
    [InlineData(12)]
    [InlineData(10)]
    [InlineData(8)]
    public void Each_layout_of_a_watch_with_a_depth_is_read(int layout)
    {
        var random = new Random(layout);
        for (int round = 0; round < 3_000; round++)
        {
            var watch = new StreamWatch(Letters(random, random.Next(1, 12)), Letters(random, random.Next(12)), random.Next(0xffff));
            byte[][] next = random.Next(2) == 0 ? [Record(3, U32(1), U16(2), U16(2), Text("a\0t\0"))] : [];
            var read = Kept.Read(Stream(2, [Socket(1), Extended(layout, watch), .. next]));
            var found = read.State.Connections.Single().Watches;
            Assert.Equal(watch.Path, found[0].Path);
            Assert.Equal(watch.Token, found[0].Token);
            Assert.Equal(layout == 8 ? null : watch.Depth, found[0].Depth);
            Assert.Equal(next.Length, found.Count - 1);
            Assert.Equal(layout == 8 ? 1 : 0, read.State.Remarks.Count);
        }
    }

    [Fact]
    public void A_depth_that_is_lost_is_remarked()
    {
        var read = Kept.Read(Stream(2, Socket(1), Extended(8, new("/a"u8.ToArray(), "t"u8.ToArray(), 1))));
        Assert.Equal(["Record 3 (WatchDepth) at byte 64: the writer left the depth out; the client gets events of deeper nodes, too."],
            read.State.Remarks);
    }

    [Fact]
    public void The_depth_0xffff_is_none() =>
        Assert.Null(Kept.Read(Stream(2, Socket(1), Extended(12, new([1], [], 0xffff)))).State.Connections[0].Watches[0].Depth);

    // C xenstored 4.22 says a length for 12 bytes before the path, and writes 8: the next record begins up to 8 bytes before it should.
    static byte[] Extended(int layout, StreamWatch watch)
    {
        byte[] texts = [.. watch.Path, 0, .. watch.Token, 0];
        byte[] head = [.. U32(1), .. U16(watch.Path.Length + 1), .. U16(watch.Token.Length + 1)];
        byte[] depth = [.. U16(watch.Depth ?? 0xffff), 0xa5, 0xa5];
        byte[] record = Record(8, head, depth[..(layout - 8)], texts);
        if (layout == 8)
            U32((12 + texts.Length + 7) & ~7).CopyTo(record, 4);
        return record;
    }

    // Low numbers, which are also those of types and of lengths.
    static byte[] Letters(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(1, 4))];
}
