using Xen.Linux.Loop;

namespace Xen.Tests;

/// <summary>When a loop looks before it sleeps, in a world of its own: a daemon, a client, and a clock that only they move.</summary>
public sealed class LookoutTests
{
    const long Microsecond = 1_000, Millisecond = 1_000_000, Second = 1_000_000_000;
    const long Service = 5 * Microsecond, OneLook = Microsecond / 2, Wake = 5 * Microsecond;
    const long Round = Second / 4;
    const int Longest = 50;

    Lookout lookout = new(Longest);
    long now = Second, looked, cost, sleeps;

    [Fact]
    public void A_client_that_asks_again_at_once_is_found_without_a_sleep()
    {
        Repeat(10, 10 * Microsecond);
        sleeps = 0;
        Repeat(100_000, 10 * Microsecond);
        Assert.Equal(0, sleeps);
        Assert.Equal(0, lookout.InVain);
    }

    [Fact]
    public void After_one_long_silence_it_sleeps_until_short_waits_have_come_again()
    {
        Repeat(100, 10 * Microsecond);
        Ask(Millisecond);
        long before = lookout.Looks;
        Ask(10 * Microsecond);
        Assert.Equal(before, lookout.Looks);
        Repeat(10, 10 * Microsecond);
        Assert.True(lookout.Looks > before);
    }

    [Fact]
    public void A_client_that_needs_the_same_CPU_is_soon_looked_for_ten_times_in_a_second_and_no_more()
    {
        long begin = now;
        while (now < begin + 10 * Second)
            Ask(6 * Microsecond, sameCpu: true);
        Assert.Equal(lookout.Looks, lookout.InVain);
        Assert.InRange(lookout.InVain, 50, 10 * 10 + 11);
        Assert.True(looked < (now - begin) / 1_000, $"it looked for {looked} ns");
    }

    [Fact]
    public void When_such_a_client_is_gone_one_on_another_CPU_is_found_within_a_second()
    {
        long begin = now;
        while (now < begin + Second)
            Ask(6 * Microsecond, sameCpu: true);
        for (begin = now; now < begin + Second;)
            Ask(10 * Microsecond);
        sleeps = 0;
        Repeat(1_000, 10 * Microsecond);
        Assert.Equal(0, sleeps);
    }

    // Of 12 µs that a request costs without looks, a tenth is 1.2 ms in a second.
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    public void A_thousand_requests_a_second_at_irregular_times_are_hardly_ever_looked_for(int seed)
    {
        var chance = new Random(seed);
        long begin = now;
        while (now < begin + 20 * Second)
            Ask((long)(-Math.Log(1 - chance.NextDouble()) * Millisecond));
        Assert.True(looked < 20 * Millisecond / 5, $"it looked for {looked} ns in 20 s");
    }

    [Fact]
    public void Whatever_intervals_a_guest_chooses_looks_cost_no_more_than_their_share_of_a_CPU()
    {
        for (long shortWait = Microsecond; shortWait <= 60 * Microsecond; shortWait += 3 * Microsecond)
            for (int times = 1; times <= 32; times *= 2)
                foreach (long longWait in (long[])[shortWait, 26 * Microsecond, 51 * Microsecond, 200 * Microsecond])
                    HoldsShare(shortWait, times, longWait);
    }

    [Fact]
    public void The_share_is_what_holds_a_guest_back_that_asks_just_in_time()
    {
        HoldsShare(15 * Microsecond, 1, 15 * Microsecond);
        Assert.InRange(cost, Round / Lookout.Share / 2, Round / Lookout.Share + Lookout.Burst);
        Assert.True(sleeps > 0);
    }

    [Fact]
    public void Where_the_longest_look_is_0_there_is_none()
    {
        lookout = new(0);
        Repeat(1_000, 1);
        Assert.False(lookout.IsOn);
        Assert.Equal(0, lookout.Looks);
        Assert.Equal(1_000, sleeps);
    }

    void HoldsShare(long shortWait, int times, long longWait)
    {
        (lookout, cost) = (new(Longest), 0);
        long begin = now;
        while (now < begin + Round)
        {
            Repeat(times, shortWait);
            Ask(longWait);
        }
        long most = (now - begin) / Lookout.Share + Lookout.Burst + Longest * Microsecond;
        Assert.True(cost <= most, $"{times} waits of {shortWait} ns, one of {longWait}: {cost} ns in {now - begin}");
    }

    void Repeat(int times, long wait)
    {
        for (int i = 0; i < times; i++)
            Ask(wait);
    }

    // The daemon serves. The client asks again after a while, in which it needs a CPU.
    void Ask(long wait, bool sameCpu = false)
    {
        now += Service;
        long served = now;
        if (lookout.Begins(now))
        {
            do
            {
                now += OneLook;
                if (sameCpu || now < served + wait)
                    continue;
                lookout.Found(now);
                looked += now - served;
                cost += now - served - Lookout.CostOfSleep;
                return;
            }
            while (lookout.GoesOn(now));
            lookout.Failed(now);
            looked += now - served;
            cost += now - served;
        }
        now = (sameCpu ? now + wait : Math.Max(now, served + wait)) + Wake;
        lookout.Woke(now);
        sleeps++;
    }
}
