namespace XenWatchdog.Timer;

/// <summary>
/// How late the timer's thread woke up, counted in classes. One thread counts, and allocates nothing for it; others may read meanwhile.
/// What they read may lack the wake-up that is being counted.
/// </summary>
sealed class LatenessCounts
{
    /// <summary>The upper bounds of the classes, in milliseconds. The last class has no bound.</summary>
    internal static readonly int[] Bounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

    readonly long[] counts = new long[Bounds.Length + 1];
    long sum;

    /// <summary>Counts a wake-up.</summary>
    /// <param name="milliseconds">How late it was. Clocks differ a little, so it may be below zero.</param>
    internal void Add(long milliseconds)
    {
        milliseconds = Math.Max(milliseconds, 0);
        int place = 0;
        while (place < Bounds.Length && milliseconds > Bounds[place])
            place++;
        Volatile.Write(ref counts[place], counts[place] + 1);
        Volatile.Write(ref sum, sum + milliseconds);
    }

    /// <summary>The sum of all, in milliseconds.</summary>
    internal long Sum => Volatile.Read(ref sum);

    /// <summary>Each class's number of wake-ups, the last one without a bound.</summary>
    internal IEnumerable<(int? Bound, long Count)> All =>
        counts.Select((_, place) => ((int?)(place < Bounds.Length ? Bounds[place] : null), Volatile.Read(ref counts[place])));
}
