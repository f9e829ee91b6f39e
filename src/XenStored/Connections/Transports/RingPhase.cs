namespace XenStored.Connections.Transports;

/// <summary>Whether a guest's page is told what became of its ring.</summary>
enum RingPhase : uint
{
    /// <summary>The ring is served.</summary>
    Open,
    /// <summary>INTRODUCE has emptied the ring. The page does not say so yet.</summary>
    Introducing,
    /// <summary>The guest's request for reconnection is served. The page does not say so yet.</summary>
    Reconnecting,
}
