namespace XenStored.Logs;

/// <summary>
/// Limits the log lines that a source may cause: some at once, and one more every ten seconds. It counts the lines that were swallowed.
/// </summary>
sealed class LogBudget(int burst = 5)
{
    const int RefillMs = 10_000;

    readonly int most = burst;
    int left = burst;
    int swallowed;
    long since;

    /// <summary>Returns the number of swallowed lines that no log line has reported yet, and resets it.</summary>
    internal int TakeSwallowed()
    {
        int count = swallowed;
        swallowed = 0;
        return count;
    }

    /// <summary>Whether a line may be logged now. If so, the line reports how many were swallowed before it.</summary>
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
