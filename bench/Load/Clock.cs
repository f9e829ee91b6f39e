using System.Diagnostics;

namespace Load;

/// <summary>The client's clock in nanoseconds.</summary>
static class Clock
{
    static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    public static long Now => (long)(Stopwatch.GetTimestamp() * NanosecondsPerTick);

    public static long After(double seconds) => Now + (long)(seconds * 1e9);
}
