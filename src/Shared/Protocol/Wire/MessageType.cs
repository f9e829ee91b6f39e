namespace Xen.Protocol.Wire;

/// <summary>
/// The kinds of xenstore messages; members are the values on the wire (Xen's public/io/xs_wire.h, xenstore.txt).
/// Each member shows its payload; <c>|</c> stands for a NUL.
/// </summary>
public enum MessageType : uint
{
    /// <summary><c>command|[argument|]*</c> → <c>text|</c> or <c>OK|</c>. Also called DEBUG.</summary>
    Control = 0,
    /// <summary><c>path|</c> → <c>(child|)*</c></summary>
    Directory = 1,
    /// <summary><c>path|</c> → the value, without a NUL of its own</summary>
    Read = 2,
    /// <summary><c>path|</c> → <c>(n0|)+</c></summary>
    GetPerms = 3,
    /// <summary><c>path|token|[depth|]</c> → <c>OK|</c>, then an event</summary>
    Watch = 4,
    /// <summary><c>path|token|</c> → <c>OK|</c></summary>
    Unwatch = 5,
    /// <summary><c>|</c> → <c>id|</c></summary>
    TransactionStart = 6,
    /// <summary><c>T|</c> or <c>F|</c> → <c>OK|</c></summary>
    TransactionEnd = 7,
    /// <summary><c>domid|gfn|port|</c> → <c>OK|</c></summary>
    Introduce = 8,
    /// <summary><c>domid|</c> → <c>OK|</c></summary>
    Release = 9,
    /// <summary><c>domid|</c> → <c>/local/domain/N|</c></summary>
    GetDomainPath = 10,
    /// <summary><c>path|value</c> → <c>OK|</c></summary>
    Write = 11,
    /// <summary><c>path|</c> → <c>OK|</c></summary>
    Mkdir = 12,
    /// <summary><c>path|</c> → <c>OK|</c></summary>
    Rm = 13,
    /// <summary><c>path|(n0|)+</c> → <c>OK|</c></summary>
    SetPerms = 14,
    /// <summary>From the server only: <c>path|token|</c></summary>
    WatchEvent = 15,
    /// <summary>From the server only: <c>ENOENT|</c></summary>
    Error = 16,
    /// <summary><c>domid|</c> → <c>T|</c> or <c>F|</c></summary>
    IsDomainIntroduced = 17,
    /// <summary><c>domid|</c> → <c>OK|</c></summary>
    Resume = 18,
    /// <summary><c>domid|target|</c> → <c>OK|</c></summary>
    SetTarget = 19,
    // 20 was RESTRICT. The number must not be used again.
    /// <summary>anything → <c>OK|</c></summary>
    ResetWatches = 21,
    /// <summary><c>path|offset|</c> → <c>generation|(child|)*[|]</c></summary>
    DirectoryPart = 22,
    /// <summary>empty or <c>domid|</c> → <c>15|</c></summary>
    GetFeature = 23,
    /// <summary><c>domid|value|</c> → <c>OK|</c></summary>
    SetFeature = 24,
    /// <summary>empty, <c>name|</c> or <c>domid|name|</c> → names joined by blanks or <c>1000|</c></summary>
    GetQuota = 25,
    /// <summary><c>name|value|</c> or <c>domid|name|value|</c> → <c>OK|</c></summary>
    SetQuota = 26,
    /// <summary>Guaranteed never to be a valid type.</summary>
    Invalid = 0xFFFF,
}
