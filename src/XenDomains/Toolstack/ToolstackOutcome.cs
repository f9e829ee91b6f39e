namespace XenDomains.Toolstack;

/// <summary>How a command ended.</summary>
/// <param name="Fault">Null if it did what it was asked; else what it said, in a sentence.</param>
/// <param name="WasAsked">The guest has been told what is wanted of it, and may do so yet, though it has not answered.</param>
readonly record struct ToolstackOutcome(string? Fault, bool WasAsked = false)
{
    internal static readonly ToolstackOutcome Done = new(null);

    internal bool IsDone => Fault is null;
}
