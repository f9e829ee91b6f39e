using XenConsoled.Core;

namespace XenConsoled.Tests.Core;

public sealed class EventRateTests
{
    [Fact]
    public void Thirty_turns_at_once_are_free_and_the_next_comes_after_a_pause()
    {
        var rate = new EventRate();
        long now = 1_000_000;
        for (int i = 0; i < EventRate.Burst; i++)
            Assert.True(rate.TryTake(now, EventRate.ShortestPause));
        Assert.True(rate.IsFlooding);
        Assert.False(rate.TryTake(now, EventRate.ShortestPause));
        Assert.Equal(now + EventRate.ShortestPause, rate.NextTurn(EventRate.ShortestPause));
        Assert.True(rate.TryTake(now + EventRate.ShortestPause, EventRate.ShortestPause));
        Assert.False(rate.TryTake(now + EventRate.ShortestPause + 1, EventRate.ShortestPause));
    }

    [Fact]
    public void Who_goes_on_without_pause_gets_no_new_burst_and_who_falls_silent_does()
    {
        var rate = new EventRate();
        long now = 1_000_000;
        int turns = 0;
        for (; now < 6_000_000; now += 100)
            if (rate.TryTake(now, EventRate.ShortestPause))
            {
                turns++;
                rate.Found(something: true);
            }
        Assert.InRange(turns, 1, EventRate.Burst + 5_000_000 / EventRate.ShortestPause + 1);
        Assert.True(rate.TryTake(now += EventRate.ShortestPause, EventRate.ShortestPause));
        rate.Found(something: false);
        now += EventRate.Period;
        for (int i = 0; i < EventRate.Burst; i++)
            Assert.True(rate.TryTake(now, EventRate.ShortestPause));
    }

    [Fact]
    public void No_pattern_of_silence_buys_more_than_a_burst_a_period_and_a_turn_a_pause()
    {
        // A guest that says nothing every second turn, and rings all the time.
        var rate = new EventRate();
        int turns = 0;
        for (long now = 0; now < 10 * EventRate.Period; now += 50)
            if (rate.TryTake(now, EventRate.ShortestPause))
                rate.Found(turns++ % 2 == 0);
        Assert.InRange(turns, 10, 11 * (EventRate.Burst + EventRate.Period / EventRate.ShortestPause));
    }

    [Fact]
    public void A_thousand_that_flood_share_what_one_may_have()
    {
        Assert.Equal(EventRate.ShortestPause, EventRate.Pause(1));
        Assert.Equal(1000 * EventRate.PauseForEach, EventRate.Pause(1000));
    }
}
