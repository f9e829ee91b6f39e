namespace XenWatchdog.Evaluation;

/// <summary>What is to be done about the host's reset.</summary>
enum ResetStep
{
    /// <summary>Nothing changes.</summary>
    None,

    /// <summary>The timer is not kicked any more, and the reason is recorded: the host is reset when the timer runs out.</summary>
    LetGo,

    /// <summary>The timer is kicked again.</summary>
    KickAgain,

    /// <summary>It was kicked in time: the record is withdrawn.</summary>
    Saved,
}
