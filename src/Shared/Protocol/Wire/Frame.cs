namespace Xen.Protocol.Wire;

/// <summary>What stands at the start of a stream.</summary>
public enum Frame
{
    /// <summary>A part of a message; the rest has not come yet.</summary>
    Incomplete,
    /// <summary>A whole message.</summary>
    Whole,
    /// <summary>A header with more than <see cref="WireLimits.Payload"/> bytes of payload. The rest of the stream cannot be read.</summary>
    Violation,
}
