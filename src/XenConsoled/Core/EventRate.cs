namespace XenConsoled.Core;

/// <summary>
/// How often a guest may cost dom0 a turn: 30 times in 200 ms at once, as with C xenconsoled, and from then on only after a pause each,
/// until a period has passed and it was found to have nothing to say. In the pause its ring fills, and a turn then takes several rings, so
/// that a guest that floods is served with few awakenings. It is a security control: what a guest can take of dom0's time is bounded by it
/// (XSA-332 and its kind). Times are microseconds of any monotonic clock.
/// </summary>
struct EventRate
{
    /// <summary>Turns at once in a period.</summary>
    internal const int Burst = 30;
    /// <summary>Length of a period.</summary>
    internal const long Period = 200_000;
    /// <summary>Pause between turns of one guest that has used its burst up.</summary>
    internal const long ShortestPause = 30_000;
    /// <summary>What all guests together may take beyond their bursts: each of n has a turn in n of these.</summary>
    internal const long PauseForEach = 1_000;

    long periodStart, lastTurn;
    int used;
    bool isBusy;

    /// <summary>Whether it is over its burst and only served after pauses.</summary>
    internal readonly bool IsFlooding => used >= Burst;

    /// <summary>Whether it may have a turn now; it is counted then.</summary>
    /// <param name="pause">The pause for those who have used their burst up.</param>
    internal bool TryTake(long now, long pause)
    {
        if (now - periodStart >= Period && !isBusy)
            (periodStart, used) = (now, 0);
        if (used >= Burst && now - lastTurn < pause)
            return false;
        used = Math.Min(used + 1, Burst);
        lastTurn = now;
        return true;
    }

    /// <summary>What its turn found: whether it had something to say.</summary>
    internal void Found(bool something) => isBusy = something && used >= Burst;

    /// <summary>When it may next have a turn; in the past for at once.</summary>
    internal readonly long NextTurn(long pause) => used < Burst ? lastTurn : lastTurn + pause;

    /// <summary>The pause if so many guests have used their bursts up.</summary>
    internal static long Pause(int flooding) => Math.Max(ShortestPause, flooding * PauseForEach);
}
