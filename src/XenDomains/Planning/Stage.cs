namespace XenDomains.Planning;

/// <summary>How far a guest is.</summary>
enum Stage
{
    /// <summary>Its turn has not come.</summary>
    Queued,

    /// <summary>Its turn has come, and it waits for something.</summary>
    Waiting,
    Working,
    Done,

    /// <summary>Left alone.</summary>
    Left,
    Failed,
}
