namespace XenDomains.Toolstack;

/// <summary>How a command ended.</summary>
/// <param name="Fault">Null if the command succeeded, else its message as a sentence.</param>
/// <param name="WasAsked">The guest got the request and may still fulfil it, though it has not answered.</param>
readonly record struct ToolstackOutcome(string? Fault, bool WasAsked = false)
{
    internal static readonly ToolstackOutcome Done = new(null);

    internal bool IsDone => Fault is null;
}
