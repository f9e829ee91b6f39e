namespace XenStored.Connections.Transports;

/// <summary>How a transport's last attempt ended.</summary>
enum Transfer
{
    /// <summary>Bytes moved, or there is nothing to do now.</summary>
    Fine,
    /// <summary>The other side closed, or the connection broke.</summary>
    Closed,
    /// <summary>A guest's ring has impossible indices.</summary>
    BadRing,
    /// <summary>A guest wants its ring connected anew.</summary>
    Reconnect,
}
