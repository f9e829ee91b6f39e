namespace XenStored.Store;

/// <summary>What a change adds to or takes from the accounts of the domains that own the nodes. Few domains, so a list is enough.</summary>
sealed class Ledger
{
    internal readonly record struct Entry(ushort Domid, int Nodes, long Bytes);

    readonly List<Entry> entries = [];

    internal IReadOnlyList<Entry> Entries => entries;

    internal void Clear() => entries.Clear();

    internal void Add(ushort domid, int nodes, long bytes)
    {
        for (int i = 0; i < entries.Count; i++)
            if (entries[i].Domid == domid)
            {
                entries[i] = new(domid, entries[i].Nodes + nodes, entries[i].Bytes + bytes);
                return;
            }
        entries.Add(new(domid, nodes, bytes));
    }
}
