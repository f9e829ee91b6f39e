using XenConsoled.Memory;

namespace XenConsoled.Consoles;

/// <summary>What one console did since this process serves it. What outlives the process is in <see cref="ConsoleState"/>.</summary>
struct ConsoleCounters
{
    /// <summary>Turns that it was given.</summary>
    internal long Turns;
    /// <summary>Microseconds for which it wanted a turn and was not given one.</summary>
    internal long ThrottledTime;
    /// <summary>Times that its ring's indices were impossible.</summary>
    internal long RingFaults;
}
