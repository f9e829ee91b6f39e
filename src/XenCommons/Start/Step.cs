namespace XenCommons.Start;

/// <summary>A step of making a host ready.</summary>
/// <param name="What">What it is about.</param>
/// <param name="Text">What became of it.</param>
sealed record Step(string What, Outcome Outcome, string Text);
