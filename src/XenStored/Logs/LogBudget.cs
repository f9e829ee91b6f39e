namespace XenStored.Logs;

/// <summary>
/// How many log lines a source may still cause: some at once, one more every ten seconds. It also counts what was swallowed.
/// </summary>
sealed class LogBudget(int burst = 5)
{
    const int RefillMs = 10_000;

    readonly int most = burst;
    int left = burst;
    int swallowed;
    long since;

    /// <summary>How many lines were swallowed and not told yet.</summary>
    internal int TakeSwallowed()
    {
        int count = swallowed;
        swallowed = 0;
        return count;
    }

    /// <summary>Whether a line may be logged now; if so, how many were swallowed before it.</summary>
    internal bool TryTake(long now, out int swallowedBefore)
    {
        if (now - since >= RefillMs)
        {
            left = (int)Math.Min(most, left + (now - since) / RefillMs);
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
