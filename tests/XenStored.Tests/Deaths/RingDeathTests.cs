using System.Text;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Connections.State;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Deaths;

/// <summary>A guest on its ring notices nothing when the process dies.</summary>
public sealed class RingDeathTests : DeathTests
{
    [Fact]
    public void A_request_that_nobody_served_is_served_by_the_next()
    {
        Put(SplitTests.Message(MessageType.Write, 7, "a\0value"));
        Die();
        One.Turn();
        Assert.Equal("OK", Receive());
        Assert.Equal("value", Ask(MessageType.Read, "a\0"));
    }

    [Fact]
    public void A_part_of_a_message_that_was_taken_is_kept()
    {
        byte[] message = SplitTests.Message(MessageType.Write, 7, "a\0" + new string('v', 1500));
        Put(message.AsSpan(0, 1024));
        Wake();
        Die();
        Put(message.AsSpan(1024));
        Wake();
        Assert.Equal("OK", Receive());
        Assert.Equal(new string('v', 1500), Ask(MessageType.Read, "a\0"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(1024)]
    public void What_waits_for_the_guest_comes_once_and_in_order(int readBefore)
    {
        var expected = new StringBuilder();
        for (int i = 0; i < 100; i++)
        {
            string name = $"event-{i:000}" + new string('x', i);
            One.Server.Store.Outbox.Event(Guest.Session, Encoding.ASCII.GetBytes(name), merges: false, cause: null);
            expected.Append(name);
            if (i % 10 == 0)
                One.Turn();
        }
        One.Turn();
        byte[] first = new byte[readBefore];
        Assert.Equal(readBefore, new StorePage(Page.Bytes(StorePage.Size)).Replies.Peek(first));
        new StorePage(Page.Bytes(StorePage.Size)).Replies.Advance(readBefore);
        Die();
        One.Turn();
        var received = new List<byte>(first);
        for (int idle = 0; idle < 3; idle++)
        {
            byte[] more = TakeAll();
            received.AddRange(more);
            idle = more.Length > 0 ? 0 : idle;
            Wake();
        }
        Assert.Equal(expected.ToString(), Payloads(received));
        var records = One.Server.Store.Records;
        Assert.All(records.Below("/out"u8), client => Assert.Empty(records.Below([.. "/out/"u8, .. client.Name])));
    }

    // Found by the kills: an empty record stayed of each client for which something had waited.
    [Fact]
    public void What_waited_for_a_guest_leaves_nothing_when_the_guest_has_gone()
    {
        for (int i = 0; i < 100; i++)
            One.Server.Store.Outbox.Event(Guest.Session, Encoding.ASCII.GetBytes($"event-{i}"), merges: false, cause: null);
        One.Turn();
        Assert.NotEmpty(One.Server.Store.Records.Below("/out"u8));
        while (TakeAll().Length > 0)
            Wake();
        Assert.Equal("OK", Ask(MessageType.Release, "1\0", asDom0: true));
        One.Turn();
        Assert.Empty(One.Server.Store.Records.Below("/out"u8));
    }

    [Fact]
    public void A_process_that_dies_between_the_publish_and_the_page_has_served_the_request()
    {
        Ask(MessageType.Mkdir, "d\0");
        byte[] before = Indices(0, 16).ToArray();
        Put(SplitTests.Message(MessageType.Watch, 7, "d\0token\0"));
        Wake();
        before.AsSpan(0, 4).CopyTo(Indices(0, 4)); // as if the page had not been told
        before.AsSpan(12, 4).CopyTo(Indices(12, 4));
        Die();
        Assert.Equal("OK", Receive());
        Assert.Equal("< d token", Receive());
        Assert.Equal("", Receive());
        Assert.Equal("OK", Ask(MessageType.Unwatch, "d\0token\0"));
    }

    [Theory]
    [InlineData(0)] // of the requests that were taken
    [InlineData(12)] // of the replies that were put
    public void A_process_that_dies_between_the_two_indices_of_the_page_has_served_the_request(int untold)
    {
        Ask(MessageType.Mkdir, "d\0");
        byte[] before = Indices(0, 16).ToArray();
        Put(SplitTests.Message(MessageType.Write, 7, "d/x\0v"));
        Wake();
        before.AsSpan(untold, 4).CopyTo(Indices(untold, 4));
        Die();
        Assert.Equal("OK", Receive());
        Assert.Equal("", Receive());
        Assert.Equal("v", Ask(MessageType.Read, "d/x\0"));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void The_rings_that_hvmloader_leaves_empty_for_the_next_program_are_served(bool diesBefore, bool diesAfter)
    {
        Ask(MessageType.Write, "a\0value");
        if (diesBefore)
            Die();
        Page.Bytes(StorePage.Size)[..(2 * StorePage.RingSize + 16)].Clear();
        if (diesAfter)
            Die();
        Assert.Equal("value", Ask(MessageType.Read, "a\0"));
        Assert.Equal("OK", Ask(MessageType.Write, "a\0other"));
    }

    [Fact]
    public void A_process_that_dies_while_it_writes_a_record_leaves_the_one_before()
    {
        Ask(MessageType.Write, "a\0value");
        var slots = One.Server.Store.Memory.Slots;
        int slot = One.Server.Store.Domains.Find(1)!.Link!.Value.Slot!.Value;
        slots.Write(slot, new(99, 99, 99, 0));
        Die();
        Page.Bytes(StorePage.Size)[..(2 * StorePage.RingSize + 16)].Clear(); // what the record had before is not known any more
        Die();
        Assert.Equal("value", Ask(MessageType.Read, "a\0"));
    }

    [Theory]
    [InlineData(1)] // INTRODUCE
    [InlineData(2)] // the guest's request for reconnection
    public void A_ring_that_the_dead_process_was_to_empty_is_emptied(uint phase)
    {
        Ask(MessageType.Write, "a\0value");
        int slot = One.Server.Store.Domains.Find(1)!.Link!.Value.Slot!.Value;
        One.Server.Store.Memory.Slots.Write(slot, new(0, 0, 0, phase));
        One.Server.Store.Memory.Publish();
        BitConverter.TryWriteBytes(Indices(20, 4), phase == 2 ? 1 : 0);
        Die();
        Assert.Equal(0, BitConverter.ToInt32(Indices(20, 4)));
        Assert.Equal(new byte[16], Indices(0, 16).ToArray());
        Assert.Equal("value", Ask(MessageType.Read, "a\0"));
    }

    [Fact]
    public void A_ring_that_the_dead_process_has_connected_again_is_not_emptied_twice()
    {
        int slot = One.Server.Store.Domains.Find(1)!.Link!.Value.Slot!.Value;
        Indices(0, 16).Clear();
        One.Server.Store.Memory.Slots.Write(slot, new(0, 0, 0, 2));
        One.Server.Store.Memory.Publish();
        Put(SplitTests.Message(MessageType.Write, 1, "a\0value")); // by the guest, which sees that it is connected
        Die();
        One.Turn();
        Assert.Equal("OK", Receive());
    }

    [Fact]
    public void A_guest_that_is_not_reached_for_a_moment_gets_no_other_guests_ring()
    {
        Ask(MessageType.Write, "a\0value");
        File.WriteAllText(Path.Combine(One.HypervisorFolder, "unmappable.1"), "");
        One = One.Reborn();
        One.Deliver(One.Connect(), SplitTests.Message(MessageType.Introduce, 1, "2\01\05\0"));
        int other = One.Server.Store.Domains.Find(2)!.Link!.Value.Slot!.Value;
        File.Delete(Path.Combine(One.HypervisorFolder, "unmappable.1"));
        Die();
        Assert.Equal(other, One.Server.Store.Domains.Find(2)!.Link!.Value.Slot);
        Assert.NotEqual(other, One.Server.Store.Domains.Find(1)!.Link!.Value.Slot);
        Assert.Equal("value", Ask(MessageType.Read, "a\0"));
    }

    [Fact]
    public void Who_is_ignored_stays_ignored_until_it_reconnects()
    {
        Put(SplitTests.Message(MessageType.Read, 1, new string('x', 1000)).AsSpan(0, 8));
        new StorePage(Page.Bytes(StorePage.Size)).Requests.MoveProduced(5000);
        Wake();
        Assert.True(One.Server.Store.Domains.Find(1)!.IsIgnored);
        Die();
        Assert.Equal(ConnectionState.Ignored, Guest.State);
        BitConverter.TryWriteBytes(Page.Bytes(StorePage.Size)[2068..], 1);
        Wake();
        Assert.Equal("OK", Ask(MessageType.Write, "a\0value"));
    }
}
