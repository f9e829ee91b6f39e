using Xen.Protocol.Wire;
using XenStored.Clients.Limits;

namespace XenStored.Clients;

/// <summary>A domain as the store knows it: what it has, what it may have, and its connection if it was introduced.</summary>
/// <param name="changed">Gets the domain when something of it changed that another process must know.</param>
sealed class Domain(ushort id, Quotas quotas, ISet<Domain> changed)
{
    Session? session;
    Domain? target;
    StoreFeatures features = StoreFeatures.All;
    bool isShutdownReported, isIgnored;
    DomainLink? link;

    internal ushort Id { get; } = id;

    /// <summary>Its connection; null for a domain that is only named in permissions.</summary>
    internal Session? Session { get => session; set => Set(ref session, value); }

    /// <summary>Another domain whose permissions it also has (SET_TARGET).</summary>
    internal Domain? Target { get => target; set => Set(ref target, value); }

    /// <summary>The features that its ring offers.</summary>
    internal StoreFeatures Features { get => features; set => Set(ref features, value); }

    /// <summary>How much it may have of each thing.</summary>
    internal DomainLimits Limits { get; } = new(quotas);

    /// <summary>@releaseDomain has reported its shutdown. RESUME resets this.</summary>
    internal bool IsShutdownReported { get => isShutdownReported; set => Set(ref isShutdownReported, value); }

    /// <summary>It broke the rules of its ring and is not served.</summary>
    internal bool IsIgnored { get => isIgnored; set => Set(ref isIgnored, value); }

    /// <summary>How the daemon reaches it; null if it does not.</summary>
    internal DomainLink? Link { get => link; set => Set(ref link, value); }

    internal bool IsIntroduced => Session is not null;

    /// <summary>How much it has of each thing that is counted.</summary>
    internal Account Account { get; } = new();

    /// <summary>Whether it may have this amount.</summary>
    internal bool Admits(Quota quota, long amount) => Limits[quota] is var most && (most == 0 || amount <= most);

    /// <summary>Something else of it changed that another process must know.</summary>
    internal void Changed() => changed.Add(this);

    void Set<T>(ref T field, T value)
    {
        field = value;
        Changed();
    }
}
