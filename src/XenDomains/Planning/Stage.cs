namespace XenDomains.Planning;

/// <summary>How far a guest is.</summary>
enum Stage
{
    /// <summary>Its step has not begun.</summary>
    Queued,

    /// <summary>Its step has begun, and waits for something.</summary>
    Waiting,
    Working,
    Done,

    /// <summary>It is left alone.</summary>
    Left,
    Failed,
}
