namespace XenConsoled.Core;

/// <summary>What can happen to a console, beside bytes.</summary>
enum ConsoleEvent : byte
{
    /// <summary>The store, or after a restart the console's memory, says that it is ours and where its ring is.</summary>
    KeysCame,
    /// <summary>The store says that another program serves it.</summary>
    ForeignKeysCame,
    /// <summary>Its ring, its port or a pty could not be had.</summary>
    Failed,
    /// <summary>A second has passed since then.</summary>
    RetryCame,
    /// <summary>Its domain is dying, or was gone when this process began.</summary>
    DomainWent,
    /// <summary>Its last words are where they should go, or the time for that is over.</summary>
    TimeIsUp,
    /// <summary>The daemon ends in order.</summary>
    DaemonEnds,
}
