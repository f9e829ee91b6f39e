namespace XenStored.Connections;

/// <summary>What can keep a connection from being read; its requests wait where they are.</summary>
enum Gate
{
    /// <summary>Nothing does.</summary>
    None,
    /// <summary>A client on the socket does not read its replies.</summary>
    Output,
    /// <summary>Too many of a guest's requests are not over: their replies and events were not delivered yet.</summary>
    Outstanding,
    /// <summary>A guest has too much of the daemon's memory.</summary>
    Memory,
    /// <summary>A guest has written too much while transactions are open (<see cref="WriteLimiter"/>).</summary>
    Credit,
}
