namespace XenStored.Fuzz;

/// <summary>What can be fuzzed.</summary>
enum Target
{
    /// <summary>The bytes are a stream; framer and payload reader must stay within it.</summary>
    Framer,
    /// <summary>The bytes are what a guest writes anywhere into its ring page, piece by piece, with the daemon's turns between.</summary>
    Ring,
    /// <summary>The bytes are requests of a guest and of a socket client, in transactions and out of them.</summary>
    Core,
    /// <summary>The bytes are what a guest does to its console's page.</summary>
    Console,
    /// <summary>The bytes are a guest's output.</summary>
    Output,
    /// <summary>The bytes are the state that another store's process handed over.</summary>
    Stream,
}
