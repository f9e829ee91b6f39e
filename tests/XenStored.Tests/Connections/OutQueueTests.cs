using System.Text;
using Xen.Linux.Loop;
using XenStored.Connections.Output;
using XenStored.Connections.Transports;
using XenStored.Tests.Support;

namespace XenStored.Tests.Connections;

public sealed class OutQueueTests
{
    readonly OutQueue queue = new(new ChunkPool());
    readonly ByteClient client = new();

    [Fact]
    public void An_event_like_one_that_waits_is_merged_and_one_that_was_sent_is_not()
    {
        Assert.True(Event("/a|t|"));
        Assert.False(Event("/a|t|"));
        Assert.True(Event("/a|other|"));
        Assert.Equal("/a|t|/a|other|", Sent());
        Assert.True(Event("/a|t|"));
    }

    [Fact]
    public void Special_events_are_never_merged()
    {
        Assert.True(queue.AddEvent("h"u8, "@x|t|"u8, merges: false, null, deadline: null));
        Assert.True(queue.AddEvent("h"u8, "@x|t|"u8, merges: false, null, deadline: null));
    }

    [Fact]
    public void Events_whose_time_is_over_are_dropped_unless_their_sending_was_begun()
    {
        Event("/begun|", 100);
        Event("/old|", 100);
        Reply("reply|");
        Event("/young|", 200);
        var slow = new SlowClient(3);
        queue.Write(slow);
        Assert.Equal(1, queue.Expire(150));
        Assert.Equal("/begun|reply|/young|", slow.Text + Sent());
        Assert.True(queue.IsEmpty);
    }

    // Each drop copies what stays: a guest that reads nothing could have had its whole queue copied for each event.
    [Fact]
    public void After_events_were_dropped_the_next_are_a_second_later()
    {
        Event("/first|", 100);
        Event("/second|", 101);
        Event("/third|", 150 + OutQueue.ExpiryPause);
        Assert.Equal(1, queue.Expire(100));
        Assert.Equal(0, queue.Expire(99 + OutQueue.ExpiryPause));
        Assert.Equal(1, queue.Expire(100 + OutQueue.ExpiryPause));
        Assert.Equal("/third|", Sent());
    }

    [Fact]
    public void Messages_of_every_size_come_out_in_order_however_little_is_taken_at_a_time()
    {
        var random = new Random(1);
        var expected = new StringBuilder();
        var slow = new SlowClient(0);
        for (int i = 0; i < 3000; i++)
        {
            string text = new((char)('a' + i % 26), random.Next(1, i % 50 == 0 ? 4096 : 60));
            expected.Append(text);
            Reply(text);
            slow.Takes = random.Next(200);
            queue.Write(slow);
        }
        slow.Takes = int.MaxValue;
        queue.Write(slow);
        Assert.Equal(expected.ToString(), slow.Text);
        Assert.Equal(0, queue.Bytes);
    }

    bool Event(string text, long? deadline = null) =>
        queue.AddEvent([], Encoding.ASCII.GetBytes(text), merges: true, null, deadline);

    void Reply(string text) => queue.AddReply([], Encoding.ASCII.GetBytes(text), null);

    string Sent()
    {
        client.Output.Clear();
        queue.Write(client);
        return Encoding.ASCII.GetString([.. client.Output]);
    }

    /// <summary>Takes some bytes, then none.</summary>
    sealed class SlowClient(int takes) : ITransport
    {
        readonly StringBuilder text = new();

        internal int Takes { get; set; } = takes;
        internal string Text => text.ToString();

        public void Begin(IReadyHandler handler) { }

        public int Write(ReadOnlySpan<byte> bytes, out TransferEnd end)
        {
            end = TransferEnd.Fine;
            int count = Math.Min(Takes, bytes.Length);
            Takes -= count;
            text.Append(Encoding.ASCII.GetString(bytes[..count]));
            return count;
        }

        public int Read(Span<byte> into, out TransferEnd end)
        {
            end = TransferEnd.Fine;
            return 0;
        }

        public bool EndRead(int unserved) => false;
        public Readiness ShowMoves(bool hasMore, bool wantsRead) => Readiness.None;
        public void Close() { }
    }
}
