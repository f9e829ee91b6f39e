namespace XenStored.Connections.State;

/// <summary>
/// The state of a connection. It changes from an earlier state of this list to a later one. A guest that reconnects changes from ignored
/// back to open.
/// </summary>
enum ConnectionState
{
    /// <summary>It is read, served and answered.</summary>
    Open,
    /// <summary>
    /// A guest broke the rules of its ring. It is not served. It stays in this state until it reconnects, its domain is introduced again or
    /// its domain dies (XSA-325).
    /// </summary>
    Ignored,
    /// <summary>A client on the socket sends no more. The requests that it has sent are still served and answered.</summary>
    Ending,
    /// <summary>It is closed at the end of this iteration, after the messages that wait for it were sent.</summary>
    Doomed,
    /// <summary>It is closed.</summary>
    Closed,
}
