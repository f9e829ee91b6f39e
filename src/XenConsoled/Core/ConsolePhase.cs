namespace XenConsoled.Core;

/// <summary>Where a console is in its life.</summary>
enum ConsolePhase : byte
{
    /// <summary>It was made, or found as an earlier process left it.</summary>
    New,
    /// <summary>Another program serves it (type ioemu): its ring is not ours.</summary>
    Foreign,
    /// <summary>Its ring and port are ours, and it has a pty.</summary>
    Served,
    /// <summary>One of these could not be had and is tried again each second. The others work.</summary>
    Lacking,
    /// <summary>Its domain is gone. Its last words are on their way to the log and to the pty's readers.</summary>
    Ending,
    /// <summary>It is gone, or left to the next process.</summary>
    Ended,
}
