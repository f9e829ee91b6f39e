namespace XenConsoled.Life;

/// <summary>What can happen to a console, apart from bytes.</summary>
enum ConsoleEvent : byte
{
    /// <summary>The store names the ring of a console that is ours. After a restart the console's memory names it.</summary>
    KeysCame,
    /// <summary>The store says that another program serves the console.</summary>
    ForeignKeysCame,
    /// <summary>The ring, the port or a pty was not available.</summary>
    Failed,
    /// <summary>A second has passed since the failure.</summary>
    RetryCame,
    /// <summary>The domain is dying, or was gone when this process began.</summary>
    DomainWent,
    /// <summary>The last output is delivered, or the time for that is over.</summary>
    TimeIsUp,
    /// <summary>The daemon ends normally.</summary>
    DaemonEnds,
}
