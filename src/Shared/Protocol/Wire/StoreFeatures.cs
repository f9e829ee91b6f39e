namespace Xen.Protocol.Wire;

/// <summary>What a store offers to a guest: the bits of server_features in the ring page and of GET_FEATURE.</summary>
[Flags]
public enum StoreFeatures : uint
{
    /// <summary>Nothing beyond the oldest protocol.</summary>
    None = 0,
    /// <summary>The guest may ask to have its ring connected again.</summary>
    Reconnection = 1,
    /// <summary>The ring page's error word shows why a guest is ignored.</summary>
    Error = 2,
    /// <summary>WATCH takes a third argument, the depth.</summary>
    WatchDepth = 4,
    /// <summary>Permissions may name DOMID_ANY.</summary>
    AnyDomain = 8,
    /// <summary>All that this store offers.</summary>
    All = Reconnection | Error | WatchDepth | AnyDomain,
}
