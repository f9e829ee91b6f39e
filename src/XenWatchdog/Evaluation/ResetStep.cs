namespace XenWatchdog.Evaluation;

/// <summary>The next step about a reset of the host.</summary>
enum ResetStep
{
    /// <summary>Nothing changes.</summary>
    None,

    /// <summary>Kick the timer no more, and record the reason: the host is reset when the timer runs out.</summary>
    LetGo,

    /// <summary>Kick the timer again.</summary>
    KickAgain,

    /// <summary>The timer was kicked in time: withdraw the record.</summary>
    Saved,
}
