namespace Xen.Linux.Loop;

/// <summary>
/// Decides whether a loop that has served somebody looks for more before it sleeps, and for how long. To be woken costs some microseconds,
/// so a look pays if the next request comes at once, and only then. Three rules, of which each can forbid a look:
/// <list type="number">
/// <item>Expectation. From how long the loop waited the last few times follows how long it will wait now. Whoever asks at longer intervals
/// than half of the longest look is never looked for.</item>
/// <item>Doubt. A client that needs the loop's CPU cannot ask while the loop looks, however short it waited before. So after each look in
/// vain comes a pause, twice as long each time; looks that find something shorten it again, but more slowly.</item>
/// <item>Budget. Looks cost what they last, less what the sleep would have cost that they spare. All of them together cost at most a
/// certain share of one CPU, whatever guests do (<see cref="Share"/>).</item>
/// </list>
/// Worked example: a client asks, waits for the answer, and asks again after 10 µs. After some sleeps of that length the loop looks, and
/// finds each request without a sleep. If the client is on the same CPU, it finds none: it pauses for 0.1 ms, then 0.2 ms, and soon it
/// looks ten times in a second, for 40 µs each time. All times are nanoseconds of one clock that never goes back.
/// </summary>
/// <param name="microseconds">The longest look; 0: none at all.</param>
sealed class Lookout(int microseconds)
{
    /// <summary>Looks cost at most one part in so many of one CPU, beyond a burst of <see cref="Burst"/>.</summary>
    internal const int Share = 5;

    /// <summary>What looks may cost at once, in nanoseconds, if there were none for a while.</summary>
    internal const long Burst = 10_000_000;

    /// <summary>What a sleep and a wake cost the daemon, in nanoseconds. A look that finds something spares that.</summary>
    internal const long CostOfSleep = 10_000;

    const int DoubtOfOneInVain = 4, TrustOfOneFound = 1, DoubtForTwice = 4;
    const int MostDoubt = 44; // 11 doublings: one look in 100 ms, if it is 50 µs
    const int TimesExpected = 4; // a look lasts so many times as long as the wait is expected to be, and at least this part of the longest
    const int Weight = 4; // the last wait is one of so many parts of what is expected

    readonly long longest = microseconds * 1_000L;
    long expected = 2 * microseconds * 1_000L, budget = Burst;
    long refilled, waitsSince, end, pausesUntil;
    int doubt;

    /// <summary>Whether there are looks at all.</summary>
    internal bool IsOn => longest > 0;

    /// <summary>How many looks there were.</summary>
    internal long Looks { get; private set; }

    /// <summary>How many of them found nothing.</summary>
    internal long InVain { get; private set; }

    /// <summary>The loop has served somebody, and has nothing more to do. Whether it is to look before it sleeps.</summary>
    internal bool Begins(long now)
    {
        waitsSince = now;
        budget = Math.Min(budget + (now - refilled) / Share, Burst);
        refilled = now;
        if (!IsOn || 2 * expected > longest || now < pausesUntil || budget <= 0)
            return false;
        Looks++;
        end = now + Math.Clamp(TimesExpected * expected, longest / TimesExpected, longest);
        return true;
    }

    /// <summary>Whether the look that has begun goes on.</summary>
    internal bool GoesOn(long now) => now < end;

    /// <summary>The look has found something.</summary>
    internal void Found(long now)
    {
        doubt = Math.Max(doubt - TrustOfOneFound, 0);
        pausesUntil = now + (doubt < DoubtForTwice ? 0 : Pause);
        budget -= Math.Max(now - waitsSince - CostOfSleep, 0);
        Expect(now - waitsSince);
    }

    /// <summary>The look is over and has found nothing. The loop sleeps now.</summary>
    internal void Failed(long now)
    {
        InVain++;
        doubt = Math.Min(doubt + DoubtOfOneInVain, MostDoubt);
        pausesUntil = now + Pause;
        budget -= now - waitsSince;
    }

    /// <summary>The loop, which has served somebody before, has slept.</summary>
    internal void Woke(long now) => Expect(now - waitsSince);

    long Pause => longest << doubt / DoubtForTwice;

    // One wait of twice the longest look is enough to stop looks, and no wait counts for more: after it some short ones are enough.
    void Expect(long wait) => expected += (Math.Min(wait, 2 * longest) - expected) / Weight;
}
