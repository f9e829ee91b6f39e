namespace XenWatchdog.Evaluation;

/// <summary>What is done about a check.</summary>
enum CheckMode
{
    /// <summary>It is not made.</summary>
    Off,

    /// <summary>A failure is reported.</summary>
    Report,

    /// <summary>A failure is reported and acted on.</summary>
    Enforce,
}
