using XenStored.Connections.Rates;

namespace XenStored.Tests.Connections;

public sealed class WriteLimiterTests
{
    readonly WriteLimiter limiter = new();

    [Fact]
    public void A_guest_may_write_its_burst_and_a_loan_and_then_its_share()
    {
        var guest = new WriteLimiter.Credit();
        int written = 0;
        while (limiter.Admits(guest, 0, out _))
        {
            limiter.Charge(guest, 0);
            written++;
        }
        Assert.Equal(10 + 50 + 1, written); // the one that leads below zero is known only afterwards
        Assert.False(limiter.Admits(guest, 1, out int wait));
        Assert.InRange(wait, 1, 1000);
        Assert.True(limiter.Admits(guest, 1 + wait, out _));
    }

    [Fact]
    public void Over_a_second_a_lone_writer_gets_200_credits_of_which_half_repay_its_loan()
    {
        var guest = new WriteLimiter.Credit();
        int written = 0;
        for (long now = 0; now < 2000; now++)
            while (limiter.Admits(guest, now, out _))
            {
                limiter.Charge(guest, now);
                written++;
            }
        Assert.InRange(written, 400, 475);
    }

    [Fact]
    public void Two_guests_that_write_without_end_get_the_same()
    {
        WriteLimiter.Credit[] guests = [new(), new()];
        int[] written = [0, 0];
        for (long now = 0; now < 3000; now++)
            for (int i = 0; i < 2; i++)
                if (limiter.Admits(guests[i], now, out _))
                {
                    limiter.Charge(guests[i], now);
                    written[i]++;
                }
        Assert.InRange((double)written[0] / written[1], 0.9, 1.1);
    }

    [Fact]
    public void A_guest_that_rests_saves_no_more_than_its_burst()
    {
        var guest = new WriteLimiter.Credit();
        limiter.Charge(guest, 0);
        limiter.Charge(guest, 60_000);
        Assert.InRange(guest.Amount, 8, 10);
    }
}
