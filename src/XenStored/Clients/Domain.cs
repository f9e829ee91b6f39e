using Xen.Protocol.Wire;

namespace XenStored.Clients;

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
    internal DomainLimits Limits { get; } = new(quotas);

    /// <summary>Its shutdown was told by @releaseDomain; RESUME forgets that.</summary>
    internal bool IsShutdownTold { get; set; }

    internal bool IsIntroduced => Session is not null;

    /// <summary>What it has of each thing that is counted.</summary>
    internal Account Account { get; } = new();
}
