namespace XenConsoled.Logs;

/// <summary>What a console's log is at.</summary>
enum GuestLogState : byte
{
    /// <summary>It goes to no file: what comes counts as logged.</summary>
    Off,
    /// <summary>Its file is not open: not yet, or not since it failed or was moved away.</summary>
    Closed,
    /// <summary>The log thread opens its file.</summary>
    Opening,
    /// <summary>Its file is open, and nothing is under way.</summary>
    Open,
    /// <summary>The log thread writes a piece.</summary>
    Writing,
    /// <summary>The log thread writes a piece, and then opens the file anew: it was moved away meanwhile.</summary>
    WritingLast,
    /// <summary>Nothing is written any more, and the outcome of what is under way is nobody's concern.</summary>
    Ended,
}
