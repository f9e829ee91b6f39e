using Xen.Protocol.Wire;

namespace XenStored.Clients;

/// <summary>A domain as the store knows it: what it has, what it may have, and its connection if it was introduced.</summary>
sealed class Domain(ushort id, Quotas quotas)
{
    internal ushort Id { get; } = id;

    /// <summary>Its connection; null for a domain that is only named in permissions.</summary>
    internal Session? Session { get; set; }

    /// <summary>Another domain whose permissions it also has (SET_TARGET).</summary>
    internal Domain? Target { get; set; }

    /// <summary>The features that its ring offers.</summary>
    internal StoreFeatures Features { get; set; } = StoreFeatures.All;

    /// <summary>How much it may have of each thing.</summary>
    internal DomainLimits Limits { get; } = new(quotas);

    /// <summary>@releaseDomain has reported its shutdown. RESUME resets this.</summary>
    internal bool IsShutdownReported { get; set; }

    internal bool IsIntroduced => Session is not null;

    /// <summary>How much it has of each thing that is counted.</summary>
    internal Account Account { get; } = new();
}
