namespace XenConsoled.Life;

/// <summary>A console's phase of life.</summary>
enum ConsolePhase : byte
{
    /// <summary>The console was made, or found as an earlier process left it.</summary>
    New,
    /// <summary>Another program serves the console (type ioemu). The ring is not ours.</summary>
    Foreign,
    /// <summary>The ring and the port are ours, and there is a pty.</summary>
    Served,
    /// <summary>One of these is missing and is tried again each second. The others work.</summary>
    Lacking,
    /// <summary>The domain is gone. Its last output is on its way to the log and to the pty's readers.</summary>
    Ending,
    /// <summary>The console is gone, or left to the next process.</summary>
    Ended,
}
