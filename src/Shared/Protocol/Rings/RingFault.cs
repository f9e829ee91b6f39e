namespace Xen.Protocol.Rings;

/// <summary>The faults of a guest's ring, with the values of the page's error word (xs_wire.h).</summary>
public enum RingFault : uint
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Communication with the guest failed.</summary>
    Communication = 1,
    /// <summary>The guest's indices are further apart than the ring is long.</summary>
    Index = 2,
    /// <summary>The guest's bytes are not messages.</summary>
    Protocol = 3,
}
