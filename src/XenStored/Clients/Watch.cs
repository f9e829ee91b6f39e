namespace XenStored.Clients;

/// <summary>One watch of one connection.</summary>
/// <param name="session">The connection that gets its events.</param>
/// <param name="path">An absolute path or a special name.</param>
/// <param name="homeLength">Bytes to cut from an event's path, because the client watches a relative path; 0 for an absolute one.</param>
/// <param name="token">The client's own name for it.</param>
/// <param name="depth">How many levels below the path are watched; null: all.</param>
/// <param name="order">A number that rises with each watch.</param>
sealed class Watch(Session session, byte[] path, int homeLength, byte[] token, int? depth, long order)
{
    /// <summary>About the bytes of the managed heap that a trie's node with its dictionary takes.</summary>
    const int BranchBytes = 320;

    internal Session Session => session;
    internal byte[] Path => path;
    internal int HomeLength => homeLength;
    internal byte[] Token => token;
    internal int? Depth => depth;
    internal long Order => order;

    /// <summary>Bytes that accounting charges: path and token as in C xenstored, and for each name a node of the trie.</summary>
    internal int Charge => ChargeOf(Path, Token);

    internal static int ChargeOf(ReadOnlySpan<byte> path, ReadOnlySpan<byte> token) =>
        path.Length + token.Length + BranchBytes * path.Count((byte)'/');

    /// <summary>Whether the records have it.</summary>
    internal bool IsRecorded { get; set; }

    /// <summary>It was removed.</summary>
    internal bool IsOver { get; set; }

    internal bool Hears(int levelsBelow) => depth is not { } most || levelsBelow <= most;
}
