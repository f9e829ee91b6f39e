using System.Text;
using Xen.Protocol.Wire;
using XenStored.Tests.Support;

namespace XenStored.Tests.Wire;

public sealed class SplitTests
{
    /// <summary>Every type, well formed and not, in an order in which each has an effect.</summary>
    static readonly (MessageType Type, string Payload)[] Requests =
    [
        (MessageType.Write, "/a/b\0value"), (MessageType.Read, "/a/b\0"),
        (MessageType.Directory, "/a\0"), (MessageType.DirectoryPart, "/a\00\0"),
        (MessageType.Watch, "/a\0token\0"), (MessageType.Watch, "@releaseDomain\0t\01\0"),
        (MessageType.Mkdir, "/a/c\0"), (MessageType.GetPerms, "/a\0"),
        (MessageType.SetPerms, "/a/b\0n0\0r1\0"), (MessageType.TransactionStart, "\0"),
        (MessageType.TransactionEnd, "T\0"), (MessageType.Unwatch, "/a\0token\0"),
        (MessageType.Introduce, "3\01\07\0"), (MessageType.IsDomainIntroduced, "3\0"),
        (MessageType.GetDomainPath, "3\0"), (MessageType.Resume, "3\0"),
        (MessageType.SetTarget, "3\03\0"), (MessageType.Release, "3\0"), (MessageType.ResetWatches, "\0"),
        (MessageType.GetFeature, ""), (MessageType.SetFeature, "9\015\0"),
        (MessageType.GetQuota, "nodes\0"), (MessageType.SetQuota, "nodes\01000\0"),
        (MessageType.Control, "quota\0"), (MessageType.Rm, "/a/c\0"),
        (MessageType.WatchEvent, "/a\0t\0"), (MessageType.Error, "EINVAL\0"), (MessageType.Invalid, ""),
        ((MessageType)20, "1\0"), (MessageType.Read, "no nul"), (MessageType.Read, ""),
    ];

    static readonly byte[] Stream = [.. Requests.SelectMany((request, i) => Message(request.Type, (uint)i + 1, request.Payload))];

    [Fact]
    public void Every_message_at_every_split_of_its_bytes_is_answered_the_same()
    {
        byte[] whole = Answer(Stream.Length);
        for (int split = 1; split < Stream.Length; split++)
            Assert.Equal(whole, Answer(split));
    }

    [Fact]
    public void One_byte_at_a_time_is_answered_the_same()
    {
        using var one = new OneServer();
        var client = one.Connect();
        foreach (byte single in Stream)
            one.Deliver(client, [single]);
        Assert.Equal(Answer(Stream.Length), client.Output);
    }

    [Fact]
    public void A_ring_gives_every_message_at_every_split_of_its_bytes_the_same_answer()
    {
        byte[] whole = AnswerOnRing(Stream.Length);
        Assert.Equal(Requests.Length, AnsweredNumbers(whole).Count);
        for (int split = 1; split < Stream.Length; split++)
            Assert.Equal(whole, AnswerOnRing(split));
    }

    // The indices are near 2^32, too, so that they begin anew at the same byte.
    [Fact]
    public void A_ring_gives_the_same_answer_wherever_it_ends_within_the_messages()
    {
        byte[] whole = AnswerOnRing(Stream.Length);
        for (uint left = 1; left < Stream.Length; left++)
            Assert.Equal(whole, AnswerOnRing(Stream.Length, from: uint.MaxValue - left + 1));
    }

    [Fact]
    public void A_ring_that_takes_one_byte_at_a_time_gives_the_same_answer()
    {
        using var one = new OneServer();
        using var guest = FreeGuest(one);
        var answers = new List<byte>();
        foreach (byte single in Stream)
        {
            guest.Send([single]);
            answers.AddRange(guest.Receive());
        }
        Assert.Equal(AnswerOnRing(Stream.Length), answers);
    }

    [Fact]
    public void Every_request_is_answered_under_its_own_number() =>
        Assert.Equal(Enumerable.Range(1, Requests.Length).Select(i => (uint)i), AnsweredNumbers(Answer(Stream.Length)));

    [Theory]
    [InlineData(4097u)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(uint.MaxValue)]
    public void A_header_that_promises_too_much_closes_the_socket(uint length)
    {
        using var one = new OneServer();
        var (client, other) = (one.Connect(), one.Connect());
        byte[] header = new byte[MessageHeader.Size];
        new MessageHeader(MessageType.Read, 1, 0, length).Write(header);
        one.Deliver(client, header);
        Assert.True(client.IsClosed);
        one.Deliver(other, Message(MessageType.Read, 1, "/tool\0"));
        Assert.NotEmpty(other.Output);
    }

    static byte[] Answer(int split)
    {
        using var one = new OneServer();
        var client = one.Connect();
        one.Deliver(client, Stream.AsSpan(0, split));
        one.Deliver(client, Stream.AsSpan(split));
        return [.. client.Output];
    }

    // The ring holds the whole stream, and more answers than fit come as the guest reads.
    static byte[] AnswerOnRing(int split, uint from = 0)
    {
        using var one = new OneServer();
        using var guest = FreeGuest(one);
        guest.MoveRings(from);
        guest.Send(Stream.AsSpan(0, split));
        byte[] first = guest.Receive();
        guest.Send(Stream.AsSpan(split));
        return [.. first, .. guest.Receive()];
    }

    // A guest that may write everywhere.
    static RingGuest FreeGuest(OneServer one)
    {
        var guest = new RingGuest(one);
        guest.Ask(MessageType.SetPerms, "/\0b0\0");
        return guest;
    }

    static List<uint> AnsweredNumbers(byte[] answers)
    {
        var numbers = new List<uint>();
        for (int at = 0; at < answers.Length;)
        {
            var header = MessageHeader.Read(answers.AsSpan(at));
            if (header.Type != MessageType.WatchEvent)
                numbers.Add(header.RequestId);
            at += MessageHeader.Size + (int)header.Length;
        }
        return numbers;
    }

    internal static byte[] Message(MessageType type, uint id, string payload, uint transaction = 0)
    {
        byte[] bytes = new byte[MessageHeader.Size + payload.Length];
        new MessageHeader(type, id, transaction, (uint)payload.Length).Write(bytes);
        Encoding.Latin1.GetBytes(payload, bytes.AsSpan(MessageHeader.Size));
        return bytes;
    }
}
