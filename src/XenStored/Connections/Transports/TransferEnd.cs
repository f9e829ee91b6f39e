namespace XenStored.Connections.Transports;

/// <summary>How an attempt of a transport to read or write ended.</summary>
enum TransferEnd
{
    /// <summary>Bytes moved, or there is nothing to do now.</summary>
    Fine,
    /// <summary>The other side closed, or the connection broke.</summary>
    Closed,
    /// <summary>A guest's ring has impossible indices.</summary>
    BadRing,
    /// <summary>A guest asks to have its ring connected again.</summary>
    Reconnect,
}
