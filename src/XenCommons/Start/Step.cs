namespace XenCommons.Start;

/// <summary>How a step ended.</summary>
enum Outcome
{
    /// <summary>It was done now.</summary>
    Done,

    /// <summary>It was so before.</summary>
    Already,

    /// <summary>This host does not need it.</summary>
    NotNeeded,

    /// <summary>It could not be done, and something will be missing.</summary>
    Failed,
}

/// <summary>A step of making a host ready.</summary>
/// <param name="What">What it is about.</param>
/// <param name="Text">What became of it.</param>
sealed record Step(string What, Outcome Outcome, string Text);
