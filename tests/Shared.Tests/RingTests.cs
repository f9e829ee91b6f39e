using Xen.Protocol.Rings;

namespace Xen.Tests;

public sealed class RingTests
{
    readonly byte[] page = new byte[StorePage.Size];

    StorePage Page => new(page);

    [Fact]
    public void Bytes_come_out_as_they_went_in_over_every_wrap()
    {
        uint at = uint.MaxValue - 3000; // the indices wrap at 2^32 as well
        SetIndices(at, at);
        var random = new Random(1);
        for (int round = 0; round < 5000; round++)
        {
            byte[] sent = new byte[random.Next(1, 1024)];
            random.NextBytes(sent);
            Assert.Equal(sent.Length, Page.Requests.Put(sent));
            byte[] got = new byte[2048];
            Assert.Equal(sent.Length, Page.Requests.Peek(got));
            Page.Requests.Advance(sent.Length);
            Assert.Equal(sent, got[..sent.Length]);
        }
    }

    [Fact]
    public void A_full_ring_takes_nothing_and_an_empty_one_gives_nothing()
    {
        Assert.Equal(1024, Page.Requests.Put(new byte[1500]));
        Assert.Equal(0, Page.Requests.Put(new byte[1]));
        Assert.Equal(1024, Page.Requests.Peek(new byte[4096]));
        Page.Requests.Advance(1024);
        Assert.Equal(0, Page.Requests.Peek(new byte[1]));
    }

    [Theory]
    [InlineData(0u, 1025u)]
    [InlineData(1u, 0u)]
    [InlineData(5u, 0x8000_0000u)]
    public void Impossible_indices_are_a_fault_and_touch_nothing(uint consumed, uint produced)
    {
        SetIndices(consumed, produced);
        Assert.Equal(-1, Page.Requests.Peek(new byte[16]));
        Assert.Equal(-1, Page.Requests.Put(new byte[16]));
    }

    [Fact]
    public async Task Indices_that_move_while_they_are_read_never_lead_out_of_the_ring()
    {
        using var stop = new CancellationTokenSource();
        var guest = Task.Run(() =>
        {
            var random = new Random(2);
            while (!stop.IsCancellationRequested)
                BitConverter.TryWriteBytes(page.AsSpan(2048 + 4 * random.Next(4)), random.Next());
        });
        byte[] into = new byte[4096];
        for (int i = 0; i < 200_000; i++)
        {
            Assert.InRange(Page.Requests.Peek(into), -1, 1024);
            Assert.InRange(Page.Replies.Put(into), -1, 1024);
        }
        await stop.CancelAsync();
        await guest;
    }

    [Fact]
    public void Reconnecting_empties_both_rings_before_it_says_connected()
    {
        Array.Fill(page, (byte)1);
        Page.Reconnect();
        Assert.All(page[..2048], single => Assert.Equal(0xFF, single));
        Assert.All(page[2048..2064], single => Assert.Equal(0, single));
        Assert.False(Page.WantsReconnection);
    }

    void SetIndices(uint consumed, uint produced)
    {
        BitConverter.TryWriteBytes(page.AsSpan(2048), consumed);
        BitConverter.TryWriteBytes(page.AsSpan(2052), produced);
    }
}
