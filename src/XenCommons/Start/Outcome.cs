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
