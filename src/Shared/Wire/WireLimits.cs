namespace Xen.Wire;

/// <summary>The protocol's limits and feature bits (xs_wire.h, xenstore.txt, xenstore-ring.txt).</summary>
public static class WireLimits
{
    /// <summary>Most bytes of a payload, either way (XENSTORE_PAYLOAD_MAX).</summary>
    public const int Payload = 4096;
    /// <summary>Most bytes of a whole message.</summary>
    public const int Message = MessageHeader.Size + Payload;
    /// <summary>Default of the quota path-max, without a leading <c>/local/domain/N/</c> (XENSTORE_REL_PATH_MAX).</summary>
    public const int RelativePath = 2048;
}

/// <summary>What a store offers to a guest; bits of the word server_features in the ring page and of GET_FEATURE.</summary>
[Flags]
public enum StoreFeatures : uint
{
    /// <summary>Nothing beyond the oldest protocol.</summary>
    None = 0,
    /// <summary>The guest may ask for its ring to be connected anew.</summary>
    Reconnection = 1,
    /// <summary>The ring page's error word tells why a guest is ignored.</summary>
    Error = 2,
    /// <summary>WATCH takes a third argument, the depth.</summary>
    WatchDepth = 4,
    /// <summary>Permissions may name DOMID_ANY.</summary>
    AnyDomain = 8,
    /// <summary>All that this store offers.</summary>
    All = Reconnection | Error | WatchDepth | AnyDomain,
}
