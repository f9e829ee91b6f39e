namespace XenStored.Clients.Limits;

/// <summary>
/// The limits that a new guest gets, and how often each limit refused a request. 0 is no limit. A limit of N admits exactly N.
/// </summary>
sealed class Quotas
{
    /// <summary>Name, default and meaning of each quota. The second name is the one that other versions of Xen use.</summary>
    internal static readonly (string Name, string? OtherName, int Default, string Meaning)[] Table =
    [
        ("nodes", null, 1000, "Nodes owned by a domain"),
        ("watches", null, 128, "Watches of a domain"),
        ("outstanding", null, 20, "Requests of a domain not yet answered"),
        ("memory", null, 2 * 1024 * 1024 + 512 * 1024, "Bytes of all kinds for a domain (hard)"),
        ("soft-memory", "memory-soft", 2 * 1024 * 1024, "Bytes of all kinds for a domain (soft)"),
        ("transactions", null, 10, "Open transactions of a domain"),
        ("transaction-nodes", null, 1024, "Nodes accessed in a transaction"),
        ("node-permissions", "permissions", 5, "Permissions of a node"),
        ("path-max", "path-length", 2048, "Bytes of a relative path"),
        ("node-size", "size", 2048, "Bytes of a node"),
    ];

    internal const int Count = 10;

    readonly int[] values = [.. Table.Select(row => row.Default)];
    readonly long[] refusals = new long[Count];

    /// <summary>
    /// What the command line gives each quota; null: nothing. Another process applies it only where it differs, so that it does not undo
    /// what an administrator has set since.
    /// </summary>
    internal int?[] Given { get; } = new int?[Count];

    internal int this[Quota quota]
    {
        get => values[(int)quota];
        set => (values[(int)quota], HaveChanged) = (value, true);
    }

    /// <summary>One has changed since the records were written.</summary>
    internal bool HaveChanged { get; set; } = true;

    /// <summary>The most watches of a client on the socket. Guests have a quota.</summary>
    internal int SocketWatches { get; set; } = 65536;

    /// <summary>The most open transactions of a client on the socket.</summary>
    internal int SocketTransactions { get; set; } = 1024;

    /// <summary>The number of requests that a quota refused.</summary>
    internal long Refusals(Quota quota) => refusals[(int)quota];

    /// <summary>Counts a request that a quota refused.</summary>
    internal void CountRefusal(Quota quota) => refusals[(int)quota]++;

    internal static bool TryParse(ReadOnlySpan<byte> name, out Quota quota)
    {
        string text = System.Text.Encoding.ASCII.GetString(name);
        int index = Array.FindIndex(Table, row => row.Name == text || row.OtherName == text);
        quota = (Quota)index;
        return index >= 0;
    }
}
