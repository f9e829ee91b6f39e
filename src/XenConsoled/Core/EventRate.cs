namespace XenConsoled.Core;

/// <summary>
/// How often a guest may cost dom0 a turn. It may have 30 turns in 200 ms at once, as with C xenconsoled. Further turns each come after a
/// pause, until a period has passed and a turn found no output. In the pause the ring fills, and a turn then takes several rings: a guest
/// that floods costs few wake-ups. This is a security control: it bounds how much of dom0's time a guest can take (XSA-332 and its kind).
/// Times are microseconds of any monotonic clock.
/// </summary>
struct EventRate
{
    /// <summary>Turns at once in a period.</summary>
    internal const int Burst = 30;
    /// <summary>Length of a period.</summary>
    internal const long Period = 200_000;
    /// <summary>Shortest pause between turns of a guest that has used up its burst.</summary>
    internal const long ShortestPause = 20_000;
    /// <summary>Limits all guests beyond their bursts together: with n such guests, each has a turn in n of these.</summary>
    internal const long PauseForEach = 1_000;

    long periodStart, lastTurn;
    int used;
    bool isBusy;

    /// <summary>Whether the guest has used up its burst, so that it is served only after pauses.</summary>
    internal readonly bool IsFlooding => used >= Burst;

    /// <summary>Whether the guest may have a turn now. If so, the turn is counted.</summary>
    /// <param name="pause">The pause for guests that have used up their burst.</param>
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

    /// <summary>Notes whether the turn found output.</summary>
    internal void Found(bool something) => isBusy = something && used >= Burst;

    /// <summary>When the guest may have its next turn. A time in the past means at once.</summary>
    internal readonly long NextTurn(long pause) => used < Burst ? lastTurn : lastTurn + pause;

    /// <summary>The pause for this number of guests that have used up their bursts.</summary>
    internal static long Pause(int flooding) => Math.Max(ShortestPause, flooding * PauseForEach);
}
