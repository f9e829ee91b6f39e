namespace XenStored.Shell;

/// <summary>
/// Rings with output that waits. MiniOS never tells that it has read, so such a ring is looked at again without being told: after a tenth of a
/// second, and later each time that its guest has read nothing, up to a second. While nothing waits there is no timer.
/// </summary>
sealed class LazyRings
{
    /// <summary>Milliseconds until the first look.</summary>
    internal const int FirstPauseMs = 100;

    /// <summary>Most milliseconds between two looks: what a guest that never reads costs.</summary>
    internal const int LongestPauseMs = 1000;

    readonly record struct Look(long Due, int Pause);

    readonly Dictionary<Connection, Look> waiting = [];
    long soonest = long.MaxValue; // no look is due before; so a turn costs the same however many guests do not read

    /// <summary>The rings that have output waiting.</summary>
    internal IReadOnlyCollection<Connection> Waiting => waiting.Keys;

    /// <summary>A ring was written to.</summary>
    /// <param name="hasRead">Its guest has made room since the last time.</param>
    internal void Note(Connection ring, bool hasRead, long now)
    {
        if (ring.Out.IsEmpty)
        {
            if (waiting.Remove(ring) && waiting.Count == 0)
                soonest = long.MaxValue;
        }
        else if (hasRead || !waiting.ContainsKey(ring))
        {
            waiting[ring] = new(now + FirstPauseMs, FirstPauseMs);
            soonest = Math.Min(soonest, now + FirstPauseMs);
        }
    }

    /// <summary>Adds the rings that are to be looked at now.</summary>
    internal void TakeDue(long now, List<Connection> into)
    {
        if (now < soonest)
            return;
        foreach (var (ring, look) in waiting)
            if (now >= look.Due)
                into.Add(ring);
        foreach (var ring in into)
            if (ring.IsClosed || ring.Out.IsEmpty)
                waiting.Remove(ring);
            else
            {
                int pause = Math.Min(2 * waiting[ring].Pause, LongestPauseMs);
                waiting[ring] = new(now + pause, pause);
            }
        soonest = waiting.Count == 0 ? long.MaxValue : waiting.Values.Min(look => look.Due);
    }

    /// <summary>Milliseconds until the next look; <see cref="long.MaxValue"/> when nothing waits.</summary>
    internal long Wait(long now) => soonest == long.MaxValue ? long.MaxValue : Math.Max(soonest - now, 0);
}
