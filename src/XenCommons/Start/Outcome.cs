namespace XenCommons.Start;

/// <summary>How a step ended.</summary>
enum Outcome
{
    /// <summary>The step was done now.</summary>
    Done,

    /// <summary>It had been done before.</summary>
    Already,

    /// <summary>This host does not need it.</summary>
    NotNeeded,

    /// <summary>It could not be done, and something will be missing.</summary>
    Failed,
}
