namespace XenConsoled.Logs;

/// <summary>The state of a console's log.</summary>
enum GuestLogState : byte
{
    /// <summary>There is no file. New output counts as logged.</summary>
    Off,
    /// <summary>The file is not open: not yet, or not again after it failed or was moved away.</summary>
    Closed,
    /// <summary>The log thread opens the file.</summary>
    Opening,
    /// <summary>The file is open, and nothing is under way.</summary>
    Open,
    /// <summary>The log thread writes a piece.</summary>
    Writing,
    /// <summary>The log thread writes a piece. The file was moved away meanwhile, so it is opened again after that.</summary>
    WritingLast,
    /// <summary>The log is ended. The outcome of a write that is under way is ignored.</summary>
    Ended,
}
