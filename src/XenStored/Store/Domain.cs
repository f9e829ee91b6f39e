using Xen.Wire;

namespace XenStored.Store;

/// <summary>A domain as the store knows it: what it has, what it may, and its connection if it was introduced.</summary>
sealed class Domain(ushort id, Quotas quotas)
{
    internal ushort Id { get; } = id;

    /// <summary>Its connection; null for a domain that is only named in permissions.</summary>
    internal Session? Session { get; set; }

    /// <summary>A domain whose permissions it has as well (SET_TARGET).</summary>
    internal Domain? Target { get; set; }

    /// <summary>What the ring offers to it.</summary>
    internal StoreFeatures Features { get; set; } = StoreFeatures.All;

    /// <summary>How much it may have of each thing.</summary>
    internal Limits Limits { get; } = new(quotas);

    /// <summary>Its shutdown was told by @releaseDomain; RESUME forgets that.</summary>
    internal bool IsShutdownTold { get; set; }

    internal bool IsIntroduced => Session is not null;

    /// <summary>What it has of each thing that is counted.</summary>
    internal Account Account { get; } = new();
}

/// <summary>
/// Running totals of one domain, and the most that each has been. What is counted for each node or transaction has a maximum only.
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

    /// <summary>Takes over what another account has seen, where that is more.</summary>
    internal void SawAll(Account other)
    {
        for (int i = 0; i < counts.Length; i++)
            counts[i].Saw(other.counts[i].Most);
    }

    /// <summary>Begins to look for maxima anew.</summary>
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
