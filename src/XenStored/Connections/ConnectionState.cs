namespace XenStored.Connections;

/// <summary>Where a connection is in its life. It goes down this list; a guest that reconnects goes back from ignored to open.</summary>
enum ConnectionState
{
    /// <summary>It is read, served and answered.</summary>
    Open,
    /// <summary>
    /// A guest broke the rules of its ring. It is not served, but stays until it reconnects or its domain dies (XSA-325).
    /// </summary>
    Ignored,
    /// <summary>A client on the socket will say no more. What it has said is still served and answered.</summary>
    Ending,
    /// <summary>It is closed at the end of this iteration, after it was sent what it is owed.</summary>
    Doomed,
    /// <summary>It is over.</summary>
    Closed,
}
