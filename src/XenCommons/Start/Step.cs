namespace XenCommons.Start;

/// <summary>A step of making a host ready.</summary>
/// <param name="What">What the step concerns.</param>
/// <param name="Text">The result.</param>
sealed record Step(string What, Outcome Outcome, string Text);
