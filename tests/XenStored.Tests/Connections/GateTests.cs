using System.Text;
using Xen.Linux;
using Xen.Protocol.Wire;
using XenStored.Connections.Rates;
using XenStored.Connections.State;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Connections;

/// <summary>A guest on a simulated ring against a server in this process: when it is read, woken and slowed.</summary>
public sealed class GateTests : IDisposable
{
    static readonly double Full = new WriteLimiter.Credit().Amount;

    readonly OneServer one = new();
    readonly RingGuest ring;
    readonly Connection guest;

    public GateTests()
    {
        ring = new(one);
        guest = ring.Connection;
    }

    public void Dispose()
    {
        ring.Dispose();
        one.Dispose();
    }

    [Fact]
    public void A_guest_is_woken_when_its_ring_has_room_again()
    {
        byte[] message = SplitTests.Message(MessageType.Write, 1, "x\0" + new string('v', 1500));
        Woken();
        Send(message.AsSpan(0, 1024));
        Assert.True(Woken() > 0, "the part was taken, but the guest was not told");
        Send(message.AsSpan(1024));
        Assert.NotEqual("", Receive());
    }

    [Fact]
    public void What_comes_while_the_ring_is_read_is_served_without_an_announcement()
    {
        byte[] message = SplitTests.Message(MessageType.GetDomainPath, 1, "1\0");
        var transport = guest.Transport;
        Assert.Equal(message.Length, ring.Page.Requests.Put(message));
        Assert.Equal(message.Length, transport.Read(new byte[100], out _));
        // As Linux does: the ring is not empty, so it sends no event.
        Assert.Equal(message.Length, ring.Page.Requests.Put(message));
        transport.EndRead(0);
        Assert.True(transport.HasMore);

        var client = one.Connect();
        client.MostOfARead = 16; // the header, and the rest after it
        one.Deliver(client, message);
        Assert.NotEmpty(client.Output);
    }

    [Fact]
    public void A_raised_quota_opens_the_gate_without_another_word_of_the_guest()
    {
        Ask(MessageType.SetQuota, "1\0outstanding\01\0");
        for (int i = 0; i < 3; i++)
            Send(SplitTests.Message(MessageType.GetDomainPath, 1, "1\0"));
        Fill();
        Send(SplitTests.Message(MessageType.GetDomainPath, 1, "1\0"));
        Send(SplitTests.Message(MessageType.GetDomainPath, 1, "1\0"));
        Assert.True(one.Server.Queues.Held.Has(guest));
        Ask(MessageType.SetQuota, "1\0outstanding\0100\0");
        Assert.False(one.Server.Queues.Held.Has(guest));
    }

    [Fact]
    public void While_an_update_waits_for_open_transactions_only_who_has_one_may_begin_another()
    {
        byte[] start = SplitTests.Message(MessageType.TransactionStart, 1, "\0");
        var busy = one.Connect();
        one.Deliver(busy, start);
        one.Server.Store.Transactions.AreDelayed = true;
        one.Deliver(busy, start);
        Assert.Equal(2, one.Server.Store.Transactions.Open);
        Send([.. SplitTests.Message(MessageType.GetDomainPath, 1, "1\0"), .. start]);
        Ask(MessageType.TransactionStart, "\0");
        Assert.Equal(2, one.Server.Store.Transactions.Open);
        Assert.NotEqual("", Receive()); // what came before is answered
        Assert.True(one.Server.Queues.Held.Has(guest));

        one.Deliver(one.Connect(), [.. start, .. SplitTests.Message(MessageType.GetDomainPath, 1, "1\0")]);
        Assert.Equal(3, one.Server.Store.Transactions.Open); // more than one message must not wait
        one.Server.Store.Transactions.AreDelayed = false;
        one.Turn();
        Assert.Equal(5, one.Server.Store.Transactions.Open);
        Send(SplitTests.Message(MessageType.GetDomainPath, 1, "1\0"));
        Assert.False(one.Server.Queues.Held.Has(guest));
    }

    // Found by a review: the byte that was still in the ring was there, and among those that are kept.
    [Theory]
    [InlineData(16)]
    [InlineData(10)]
    public void A_message_that_waits_and_came_in_parts_is_there_once(int first)
    {
        byte[] start = SplitTests.Message(MessageType.TransactionStart, 1, "\0");
        for (int i = 0; i < 8; i++)
            Send(i == 0 ? start.AsSpan(0, first) : []); // until it is kept and not looked for in the ring
        one.Server.Store.Transactions.AreDelayed = true;
        Send(start.AsSpan(first));
        Assert.True(one.Server.Queues.Held.Has(guest));
        one.Server.Store.Transactions.AreDelayed = false;
        one.Turn();
        Assert.Equal(1, one.Server.Store.Transactions.Open);
        Empty();
        Send(SplitTests.Message(MessageType.GetDomainPath, 1, "1\0"));
        Assert.NotEqual("", Receive());
    }

    [Fact]
    public void A_guest_that_connects_anew_does_not_wait_for_what_it_asked_before()
    {
        one.Server.Store.Transactions.AreDelayed = true;
        Send(SplitTests.Message(MessageType.TransactionStart, 1, "\0"));
        Assert.True(guest.WantsTransaction);
        one.Server.Ends.Reconnect(guest);
        one.Turn();
        Send(SplitTests.Message(MessageType.GetDomainPath, 1, "1\0"));
        Assert.NotEqual("", Receive());
    }

    [Fact]
    public void A_socket_that_waits_is_not_watched_for_reading()
    {
        var client = one.Connect();
        one.Server.Store.Transactions.AreDelayed = true;
        byte[] message = SplitTests.Message(MessageType.GetDomainPath, 1, "1\0");
        byte[] start = SplitTests.Message(MessageType.TransactionStart, 1, "\0");
        one.Deliver(client, [.. Enumerable.Repeat(message, 128).SelectMany(bytes => bytes), .. start]);
        Assert.True(one.Server.Queues.Held.Has(client.Connection));
        Assert.False(client.WantsRead);
        one.Server.Store.Transactions.AreDelayed = false;
        one.Turn();
        Assert.True(client.WantsRead);
        Assert.Equal(1, one.Server.Store.Transactions.Open);
    }

    [Fact]
    public void Reconnecting_forgives_no_debt_of_writes()
    {
        guest.Credit.Amount = -50_000;
        guest.Credit.Since = one.Server.Loop.Now;
        BitConverter.TryWriteBytes(ring.Bytes[2068..], 1);
        one.Server.Queues.Wake(guest);
        one.Turn();
        Assert.False(ring.Page.WantsReconnection);
        Assert.InRange(guest.Credit.Amount, -50_000, -1);
    }

    [Fact]
    public void A_client_that_shuts_its_writing_side_gets_all_its_answers()
    {
        var client = one.Connect();
        client.EndsAfterInput = true;
        byte[] message = SplitTests.Message(MessageType.GetDomainPath, 1, "1\0");
        one.Deliver(client, Enumerable.Repeat(message, 300).SelectMany(bytes => bytes).ToArray());
        Assert.True(client.IsClosed);
        Assert.Equal(300 * (16 + "/local/domain/1".Length + 1), client.Output.Count);
    }

    [Fact]
    public void XSA_206_a_guest_that_writes_without_end_while_a_transaction_is_open_is_slowed_down()
    {
        Ask(MessageType.Mkdir, "/local/domain/1\0");
        Ask(MessageType.SetPerms, "/local/domain/1\0n1\0");
        Ask(MessageType.TransactionStart, "\0");
        int sent = 0;
        while (!one.Server.Queues.Held.Has(guest) && sent < 1000)
        {
            Send(SplitTests.Message(MessageType.Write, 1, "x\0v"));
            Empty();
            sent++;
        }
        Assert.InRange(sent, 60, 999); // a burst, a loan, and what came meanwhile
        Assert.True(one.Server.Queues.Held.Has(guest));
        Assert.True(guest.Counters.Throttled > 0);
        long later = one.Server.Loop.Now + 1000;
        Assert.InRange(guest.Counters.ThrottledTime(later), 1000, later);
    }

    [Fact]
    public void The_time_of_a_throttled_client_is_counted_once_however_often_it_is_held()
    {
        var counters = new Counters();
        counters.BeginThrottled(100);
        counters.BeginThrottled(150);
        Assert.Equal(80, counters.ThrottledTime(180));
        Assert.Equal(100, counters.EndThrottled(200));
        Assert.Equal((0, 100, 0), (counters.EndThrottled(300), counters.ThrottledTime(300), counters.ThrottledNow(300)));
    }

    [Theory]
    [InlineData(MessageType.Write, "x\0v", false, true)]
    [InlineData(MessageType.Mkdir, "x/y\0", false, true)]
    [InlineData(MessageType.Rm, "x\0", false, true)]
    [InlineData(MessageType.SetPerms, "x\0n1\0", false, true)]
    [InlineData(MessageType.Write, "x\0v", true, false)]
    [InlineData(MessageType.Mkdir, "x/y\0", true, false)]
    [InlineData(MessageType.Rm, "x\0", true, false)]
    [InlineData(MessageType.SetPerms, "x\0n1\0", true, false)]
    [InlineData(MessageType.TransactionEnd, "T\0", true, true)]
    [InlineData(MessageType.TransactionEnd, "F\0", true, true)]
    [InlineData(MessageType.Read, "x\0", false, false)]
    [InlineData(MessageType.Directory, "x\0", true, false)]
    [InlineData(MessageType.Watch, "x\0t\0", false, false)]
    [InlineData(MessageType.TransactionStart, "\0", false, false)]
    public void A_guest_pays_for_writes_outside_of_transactions_and_for_each_end_of_one(
        MessageType type, string payload, bool isInTransaction, bool pays)
    {
        Ask(MessageType.Mkdir, "/local/domain/1\0");
        Ask(MessageType.SetPerms, "/local/domain/1\0n1\0");
        Ask(MessageType.Write, "/local/domain/1/x\0v");
        Ask(MessageType.SetPerms, "/local/domain/1/x\0n1\0");
        Ask(MessageType.TransactionStart, "\0"); // of another, which the writes may disturb
        Send(SplitTests.Message(MessageType.TransactionStart, 1, "\0"));
        Assert.Equal(Full, guest.Credit.Amount);
        Send(SplitTests.Message(type, 2, payload, isInTransaction ? guest.Session.LastTransaction : 0));
        Assert.Equal(0, guest.Counters.Errors);
        Assert.Equal(pays, guest.Credit.Amount < Full);
    }

    [Fact]
    public void XSA_416_what_a_request_needed_is_free_before_its_reply_is_read()
    {
        Fill();
        for (int i = 0; i < 10; i++)
            Send(SplitTests.Message(MessageType.Read, 1, "/" + new string('x', 900)));
        Assert.Equal(guest.Out.Bytes, guest.Session.Domain.Account.Memory.Now);
    }

    // Leaves no space in the ring of replies.
    void Fill()
    {
        while (ring.Page.Replies.Free > 0)
        {
            one.Server.Store.Outbox.Event(guest.Session, new byte[64], merges: false, cause: null);
            one.Turn();
        }
    }

    void Send(ReadOnlySpan<byte> bytes) => ring.Send(bytes);

    void Empty()
    {
        var replies = ring.Page.Replies;
        replies.Advance(replies.Peek(new byte[1024]));
        one.Server.Queues.Wake(guest);
        one.Turn();
    }

    string Receive()
    {
        byte[] bytes = new byte[1024];
        int count = ring.Page.Replies.Peek(bytes);
        return Encoding.ASCII.GetString(bytes, 0, Math.Max(count, 0));
    }

    int Woken()
    {
        using var doorbell = FileDescriptor.OpenReadWrite(Path.Combine(one.HypervisorFolder, "guest.1"));
        return Math.Max(doorbell.Read(new byte[4096]), 0) / 4;
    }

    void Ask(MessageType type, string payload) => ring.Ask(type, payload);
}
