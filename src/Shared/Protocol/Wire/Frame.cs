namespace Xen.Protocol.Wire;

/// <summary>What the first bytes of a stream are.</summary>
public enum Frame
{
    /// <summary>The message is not whole yet.</summary>
    Incomplete,
    /// <summary>A whole message.</summary>
    Whole,
    /// <summary>The header promises more than <see cref="WireLimits.Payload"/> bytes; the stream cannot be followed any further.</summary>
    Violation,
}
