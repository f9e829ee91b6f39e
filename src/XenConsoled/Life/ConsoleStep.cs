namespace XenConsoled.Life;

/// <summary>What the daemon does about an event of a console.</summary>
enum ConsoleStep : byte
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>Takes log, ring, port and pty, if they are not ours yet.</summary>
    Serve,
    /// <summary>Gives ring and port back.</summary>
    LetGo,
    /// <summary>Tries all again in a second.</summary>
    RetryLater,
    /// <summary>Opens the log and the pty for the output that they lack. Goes on as <see cref="DrainRing"/>.</summary>
    TakeUpRest,
    /// <summary>Takes what is left in the ring, and gives ring and port back.</summary>
    DrainRing,
    /// <summary>Gives everything back, removes the console's memory and tells the viewers.</summary>
    Bury,
    /// <summary>Leaves the console as it is for the next process.</summary>
    Leave,
}
