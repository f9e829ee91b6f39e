namespace XenStored.Store;

/// <summary>What is limited, in the order in which GET_QUOTA names it.</summary>
enum Quota
{
    Nodes, Watches, Outstanding, Memory, SoftMemory, Transactions, TransactionNodes, NodePermissions, PathMax, NodeSize,
}

/// <summary>
/// The limits of guests: one value for all, and for a domain values of its own. 0 is no limit. A quota admits exactly the number it says.
/// </summary>
sealed class Quotas
{
    /// <summary>Name, default and meaning of each; the second name is the one that other versions of Xen use.</summary>
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

    internal int this[Quota quota]
    {
        get => values[(int)quota];
        set => values[(int)quota] = value;
    }

    /// <summary>The limit for a domain.</summary>
    internal int Of(Domain domain, Quota quota) => domain.Quotas?[(int)quota] ?? this[quota];

    /// <summary>Whether a domain may have this much.</summary>
    internal bool Admits(Domain domain, Quota quota, long amount) => Of(domain, quota) is var most && (most == 0 || amount <= most);

    internal static bool TryParse(ReadOnlySpan<byte> name, out Quota quota)
    {
        string text = System.Text.Encoding.ASCII.GetString(name);
        int index = Array.FindIndex(Table, row => row.Name == text || row.OtherName == text);
        quota = (Quota)index;
        return index >= 0;
    }
}
