namespace XenStored.Clients.Limits;

/// <summary>
/// The running totals of one domain, and the maximum of each. What is counted for each node or transaction has only a maximum.
/// </summary>
sealed class Account
{
    readonly Count[] counts = new Count[Quotas.Count];

    internal ref Count this[Quota quota] => ref counts[(int)quota];

    internal ref Count Nodes => ref this[Quota.Nodes];
    internal ref Count Watches => ref this[Quota.Watches];
    internal ref Count Outstanding => ref this[Quota.Outstanding];
    internal ref Count Memory => ref this[Quota.Memory];
    internal ref Count Transactions => ref this[Quota.Transactions];

    /// <summary>Takes each maximum of another account that is higher.</summary>
    internal void SawAll(Account other)
    {
        for (int i = 0; i < counts.Length; i++)
            counts[i].Saw(other.counts[i].Most);
    }

    /// <summary>Resets each maximum to the present total.</summary>
    internal void ForgetMost()
    {
        foreach (ref var count in counts.AsSpan())
            count.ForgetMost();
    }

    /// <summary>A number that remembers its maximum.</summary>
    internal struct Count
    {
        internal long Now { get; private set; }
        internal long Most { get; private set; }

        internal void Add(long change)
        {
            Now += change;
            Saw(Now);
        }

        internal void Saw(long amount) => Most = Math.Max(Most, amount);

        internal void ForgetMost() => Most = Now;
    }
}
