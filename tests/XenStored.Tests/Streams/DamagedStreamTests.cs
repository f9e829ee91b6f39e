using XenStored.Streams;
using static XenStored.Tests.Streams.RecordBytes;

namespace XenStored.Tests.Streams;

/// <summary>Streams that are not as they should be. Each gives a sentence that says where.</summary>
public sealed class DamagedStreamTests
{
    public static TheoryData<string, byte[]> OfStreams => new()
    {
        { "The stream does not begin as one of xenstored's.", Text("xenstor's tree is none") },
        { "The stream does not begin as one of xenstored's.", [] },
        { "The stream has version 3; versions 1 to 2 can be read.", Preamble(3) },
        { "The stream has version 0; versions 1 to 2 can be read.", Preamble(0) },
        { "The records of the stream are big-endian, which cannot be read.", Preamble(1, 1) },
        { "The records of the stream are big-endian, which cannot be read.", Preamble(1, 1 << 24) },
        { "The stream has the unknown flags 0x00000002.", Preamble(1, 2) },
        { "The stream ends at byte 16, before or within the header of record 1.", Preamble(1) },
        { "Record 2 (Global) at byte 32: there are two of these.", Stream(1, Global) },
        { "Record 2 (GlobalQuota) at byte 32: the length 4 is no multiple of 8.", Stream(1, U32(6), U32(4), U32(0)) },
        { "Record 2 (Node) at byte 32: the length 4294967288 is larger than 268435456.", Stream(1, U32(5), U32(0xfffffff8)) },
        {
            "Record 2 (Node) at byte 32: the stream ends at byte 48, before the 268435456 bytes of the body do.",
            Stream(1, U32(5), U32(268435456))
        },
        {
            "Record 2 (type 77) at byte 32: the stream ends at byte 48, before the 4294967288 bytes of the body do.",
            Stream(1, U32(77), U32(0xfffffff8))
        },
        { "Record 2 (End) at byte 32: the last record has a body of 8 bytes.", Stream(1, Record(0, U64(0))) },
        { "Record 1 (Global) at byte 16: the record ends within the listening socket, which has 4 bytes.", [.. Preamble(1), .. Record(1)] },
        { "Record 1 (Global) at byte 16: the listening socket has the number -2.", [.. Preamble(1), .. Record(1, U32(-2), U32(0))] },
    };

    public static TheoryData<string, byte[]> OfConnections => new()
    {
        { "Record 2 (Connection) at byte 32: a connection has the number 0.", Stream(1, Socket(0)) },
        { "Record 3 (Connection) at byte 64: there are two connections with the number 4.", Stream(1, Socket(4), Ring(4, 1)) },
        { "Record 3 (Connection) at byte 64: there are two rings of domain 1.", Stream(1, Ring(4, 1), Ring(5, 1)) },
        { "Record 2 (Connection) at byte 32: a connection is of the unknown kind 2.", Stream(1, Record(2, U32(1), U16(2), new byte[18])) },
        {
            "Record 2 (Connection) at byte 32: the socket has the number -1.",
            Stream(1, Record(2, U32(1), U16(1), U16(0), U32(-1), U32(0), U64(0)))
        },
        {
            "Record 2 (Connection) at byte 32: the record ends within the input, which has 9 bytes.",
            Stream(1, Record(2, U32(1), U16(1), U16(0), U64(9), U16(9), U16(0), U32(0), U64(0)))
        },
        {
            "Record 2 (Connection) at byte 32: the record ends within the output, which has 4294967295 bytes.",
            Stream(1, Record(2, U32(1), U16(1), U16(0), U64(9), U16(8), U16(0), U32(-1), U64(0)))
        },
        {
            "Record 2 (Connection) at byte 32: 2 bytes of output are unfinished, and there are only 1.",
            Stream(1, Record(2, U32(1), U16(1), U16(0), U64(9), U16(0), U16(2), U32(1), U64(0)))
        },
        {
            "Record 2 (Connection) at byte 32: the record ends within the unique id, which has 8 bytes.",
            Stream(1, Record(2, U32(1), U16(0), U16(1), U64(9), U16(0), U16(0), U32(0)))
        },
    };

    public static TheoryData<string, byte[]> OfWatches => new()
    {
        { "Record 2 (Watch) at byte 32: no connection has the number 1.", Stream(1, Record(3, U32(1), U16(2), U16(2), Text("a\0t\0"))) },
        { "Record 3 (Watch) at byte 64: the path is empty.", Stream(1, Socket(1), Record(3, U32(1), U16(1), U16(2), Text("\0t\0"))) },
        {
            "Record 3 (Watch) at byte 64: the path of 0 bytes does not end with its first NUL.",
            Stream(1, Socket(1), Record(3, U32(1), U16(0), U16(2), Text("\0t\0")))
        },
        {
            "Record 3 (Watch) at byte 64: the token of 2 bytes does not end with its first NUL.",
            Stream(1, Socket(1), Record(3, U32(1), U16(2), U16(2), Text("a\0\0t")))
        },
        {
            "Record 3 (Watch) at byte 64: the record ends within the token, which has 9 bytes.",
            Stream(1, Socket(1), Record(3, U32(1), U16(2), U16(9), Text("a\0")))
        },
        {
            "Record 3 (WatchDepth) at byte 64: path and token of 2 and 2 bytes are at none of their places.",
            Stream(2, Socket(1), Record(8, U32(1), U16(2), U16(2), U16(1)))
        },
    };

    public static TheoryData<string, byte[]> OfNodes => new()
    {
        { "Record 2 (Node) at byte 32: the node has no owner.", Stream(1, Record(5, U64(0), U16(2), U16(0), U16(0), U16(0), Text("/\0"))) },
        {
            "Record 2 (Node) at byte 32: the record ends within the permissions, which has 262140 bytes.",
            Stream(1, Record(5, U64(0), U16(2), U16(0), U16(0), U16(65535), Text("/\0")))
        },
        { "Record 2 (Node) at byte 32: the path is not absolute.", Stream(1, Node("a")) },
        { "Record 2 (Node) at byte 32: the path is not absolute.", Stream(1, Node("")) },
        { "Record 2 (Node) at byte 32: permission 1 has the unknown letter 0x71.", Stream(1, Node("/", "", "q")) },
    };

    public static TheoryData<string, byte[]> OfQuotas => new()
    {
        { "Record 3 (GlobalQuota) at byte 48: there are two of these.", Stream(1, Record(6, U32(0)), Record(6, U32(0))) },
        {
            "Record 2 (GlobalQuota) at byte 32: the record ends within the values of quotas, which has 524280 bytes.",
            Stream(1, Record(6, U32(-1)))
        },
        {
            "Record 2 (GlobalQuota) at byte 32: the record ends within the name of a quota.",
            Stream(1, Record(6, U16(1), U16(0), U32(5), Text("abcdefgh")))
        },
        {
            "Record 2 (GlobalQuota) at byte 32: the name of quota 1 is not printable.",
            Stream(1, Record(6, U16(1), U16(0), U32(5), Text("a b\0")))
        },
        {
            "Record 3 (Domain) at byte 48: there are two of these for domain 1.",
            Stream(1, Record(7, U16(1), U16(0), U32(0)), Record(7, U16(1), U16(0), U32(0)))
        },
    };

    [Theory]
    [MemberData(nameof(OfStreams))]
    [MemberData(nameof(OfConnections))]
    [MemberData(nameof(OfWatches))]
    [MemberData(nameof(OfNodes))]
    [MemberData(nameof(OfQuotas))]
    public void A_fault_is_told_with_its_place(string sentence, byte[] stream) =>
        Assert.Equal(sentence, Assert.Throws<InvalidDataException>(() => Kept.Read(stream)).Message);

    [Fact]
    public void A_stream_that_ends_early_is_no_state_wherever_it_ends()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            byte[] stream = new RandomState(seed).Make().Write(2);
            for (int length = 0; length < stream.Length; length++)
                Assert.Throws<InvalidDataException>(() => Kept.Read(stream[..length]));
        }
    }

    [Fact]
    public void A_wrong_byte_gives_another_state_or_a_fault()
    {
        var random = new Random(1);
        for (int seed = 0; seed < 6; seed++)
        {
            byte[] stream = new RandomState(seed).Make().Write(2);
            for (int at = 0; at < stream.Length; at++)
            {
                byte right = stream[at];
                foreach (byte wrong in (ReadOnlySpan<byte>)[0, (byte)(right + 1), (byte)(right ^ 0x80), 0xff, (byte)random.Next(256)])
                {
                    stream[at] = wrong;
                    ReadAndWrite(stream);
                }
                stream[at] = right;
            }
        }
    }

    // What is read can be written and read.
    static void ReadAndWrite(byte[] stream)
    {
        Kept read;
        try
        {
            read = Kept.Read(stream);
        }
        catch (InvalidDataException fault)
        {
            Assert.Matches("^(Record [0-9]+ .* at byte [0-9]+: .*|The .*)\\.$", fault.Message);
            return;
        }
        string again = Kept.Read(read.Write(2)).ToString();
        if (read.State.Domains.All(domain => domain.Features != 0))
            Assert.Equal(read.ToString(), again);
    }

    [Fact]
    public void A_length_that_nothing_follows_takes_no_memory()
    {
        byte[] stream = Stream(1, U32(5), U32(RecordSource.LongestBody));
        Assert.Throws<InvalidDataException>(() => Kept.Read(stream)); // what is made once is made now
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => Kept.Read(stream));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
    }

    [Fact]
    public void A_handler_s_own_exception_is_passed_on() =>
        Assert.Throws<FormatException>(() => StateReader.Read(new MemoryStream(Stream(1, Node("/"))), _ => throw new FormatException()));
}
