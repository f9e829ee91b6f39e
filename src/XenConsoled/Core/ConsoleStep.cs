namespace XenConsoled.Core;

/// <summary>What is done about an event of a console.</summary>
enum ConsoleStep : byte
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>Log, ring, port and pty are taken, as far as they are not ours yet.</summary>
    Serve,
    /// <summary>Ring and port are given back.</summary>
    LetGo,
    /// <summary>All is tried again in a second.</summary>
    RetryLater,
    /// <summary>The log and the pty are taken up again for what they lack, and then as <see cref="HearLastWords"/>.</summary>
    TakeUpRest,
    /// <summary>What is left in the ring is taken, and ring and port are given back.</summary>
    HearLastWords,
    /// <summary>All that it had is given back, its memory removed and its viewers told.</summary>
    Bury,
    /// <summary>It is left as it is for the next process.</summary>
    Leave,
}
