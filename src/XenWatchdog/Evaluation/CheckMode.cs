namespace XenWatchdog.Evaluation;

/// <summary>How a check is handled.</summary>
enum CheckMode
{
    /// <summary>The check is not made.</summary>
    Off,

    /// <summary>A failure is reported.</summary>
    Report,

    /// <summary>A failure is reported, and the action of its tier follows.</summary>
    Enforce,
}
