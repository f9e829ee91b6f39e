namespace XenStored.Handover;

/// <summary>How far a live update is. Each value is later than the one before.</summary>
enum UpdateStage
{
    /// <summary>Nobody has asked for one, or a client names the program and its arguments.</summary>
    Prepared,

    /// <summary>The keeper has the program checked.</summary>
    Checking,

    /// <summary>Until no transaction is open. Then this process leaves.</summary>
    Waiting,

    /// <summary>The time for that is over and it was forced: this process leaves, and open transactions are lost.</summary>
    BreakingOff,
}
