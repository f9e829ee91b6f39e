namespace XenStored.Shell;

/// <summary>What one connection did, for the status.</summary>
sealed class Counters
{
    internal long Requests, Errors, Again, BytesIn, BytesOut, Events, EventsMerged, EventsExpired, Throttled;
}

/// <summary>How many log lines a source may still cause: five at once, one more every ten seconds. It also counts what was swallowed.</summary>
sealed class LogBudget
{
    const int Burst = 5, RefillMs = 10_000;

    int left = Burst;
    int swallowed;
    long since;

    /// <summary>Whether a line may be logged now; if so, how many were swallowed before it.</summary>
    internal bool TryTake(long now, out int swallowedBefore)
    {
        if (now - since >= RefillMs)
        {
            left = (int)Math.Min(Burst, left + (now - since) / RefillMs);
            since = now;
        }
        swallowedBefore = swallowed;
        if (left == 0)
        {
            swallowed++;
            return false;
        }
        left--;
        swallowed = 0;
        return true;
    }
}
