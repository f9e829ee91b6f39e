namespace Xen.Conformance;

/// <summary>A rule: what one fresh daemon is asked and must answer.</summary>
sealed record Rule(string Title, string File, int Line)
{
    internal List<Step> Steps { get; } = [];

    /// <summary>Why the rule is not played against a target, by the target's name.</summary>
    internal Dictionary<string, string> NotPlayed { get; } = [];

    /// <summary>Why a target's answers differ in a rule that is played there, by the target's name.</summary>
    internal Dictionary<string, string> Because { get; } = [];

    /// <summary>True when a guest looks into its ring page, which a target without rings cannot offer.</summary>
    internal bool NeedsRings => Steps.Any(step => step.Command is "peek" or "poke" or "notify" or "reconnect");

    public override string ToString() => $"{Title} ({File}:{Line})";
}
