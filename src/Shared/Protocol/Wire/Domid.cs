namespace Xen.Protocol.Wire;

/// <summary>The reserved domids, which are not domains (Xen's public/xen.h).</summary>
public static class Domid
{
    /// <summary>First of the reserved ids; every real domain is below.</summary>
    public const ushort FirstReserved = 0x7FF0;
    /// <summary>"Myself" in hypercalls.</summary>
    public const ushort Self = 0x7FF0;
    /// <summary>"No domain", and in queries "the next one that changed".</summary>
    public const ushort Invalid = 0x7FF4;
    /// <summary>In permissions: every domain.</summary>
    public const ushort Any = 0x7FF5;
}
