using XenConsoled.Memory;

namespace XenConsoled.Consoles;

/// <summary>One console's counters since this process serves it. <see cref="ConsoleState"/> holds what outlives the process.</summary>
struct ConsoleCounters
{
    /// <summary>Turns that the console was given.</summary>
    internal long Turns;
    /// <summary>Microseconds for which the console wanted a turn and was denied one.</summary>
    internal long ThrottledTime;
    /// <summary>How often the ring's indices were invalid.</summary>
    internal long RingFaults;
}
