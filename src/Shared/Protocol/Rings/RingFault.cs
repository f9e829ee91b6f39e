namespace Xen.Protocol.Rings;

/// <summary>What a guest can do to its ring; the values of the page's error word (xs_wire.h).</summary>
public enum RingFault : uint
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Communication with the guest failed.</summary>
    Communication = 1,
    /// <summary>The guest's indices are further apart than the ring is long.</summary>
    Index = 2,
    /// <summary>The guest's bytes are no messages.</summary>
    Protocol = 3,
}
