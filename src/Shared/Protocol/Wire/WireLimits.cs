namespace Xen.Protocol.Wire;

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
