using Xen.Wire;

namespace XenStored.Store;

/// <summary>A domain as the store knows it: what it has, what it may, and its connection if it was introduced.</summary>
sealed class Domain(ushort id)
{
    internal ushort Id { get; } = id;

    /// <summary>Its connection; null for a domain that is only named in permissions.</summary>
    internal Session? Session { get; set; }

    /// <summary>A domain whose permissions it has as well (SET_TARGET).</summary>
    internal Domain? Target { get; set; }

    /// <summary>What the ring offers to it.</summary>
    internal StoreFeatures Features { get; set; } = StoreFeatures.All;

    /// <summary>Limits of its own; null for those of all.</summary>
    internal int?[]? Quotas { get; set; }

    /// <summary>Its shutdown was told by @releaseDomain; RESUME forgets that.</summary>
    internal bool IsShutdownTold { get; set; }

    internal bool IsIntroduced => Session is not null;

    /// <summary>What it has of each thing that is counted.</summary>
    internal Account Account { get; } = new();
}

/// <summary>Running totals of one domain, and the most that each has been.</summary>
sealed class Account
{
    internal Count Nodes, Watches, Outstanding, Memory, Transactions;

    /// <summary>Begins to look for maxima anew.</summary>
    internal void ForgetMost()
    {
        Nodes.ForgetMost();
        Watches.ForgetMost();
        Outstanding.ForgetMost();
        Memory.ForgetMost();
        Transactions.ForgetMost();
    }

    /// <summary>A number that remembers its maximum.</summary>
    internal struct Count
    {
        internal long Now { get; private set; }
        internal long Most { get; private set; }

        internal void Add(long change)
        {
            Now += change;
            Most = Math.Max(Most, Now);
        }

        internal void ForgetMost() => Most = Now;
    }
}
