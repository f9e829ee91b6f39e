namespace XenCommons.Top.Readings;

/// <summary>What a counter gained in a second.</summary>
static class Rate
{
    /// <summary>
    /// The gain between two readings. Null: one is unknown, or the counter went back because the daemon or the connection began anew.
    /// </summary>
    /// <param name="seconds">The time between the two.</param>
    internal static double? Of(double? before, double? now, double seconds) =>
        now >= before && seconds > 0 ? (now - before) / seconds : null;
}
