namespace XenWatchdog.Core;

/// <summary>What the failure of a check is worth.</summary>
enum Tier
{
    /// <summary>Without it the host is of no use any more: enforced, the timer is not wound up and the host is reset.</summary>
    Host,

    /// <summary>A service that can be had back: enforced, it is restarted.</summary>
    Service,

    /// <summary>Something that will hurt soon; it is said, and no more.</summary>
    Warning,
}

/// <summary>What is done about a check.</summary>
enum CheckMode
{
    /// <summary>It is not made.</summary>
    Off,

    /// <summary>A failure is said.</summary>
    Report,

    /// <summary>A failure is said and acted on.</summary>
    Enforce,
}

/// <summary>A check that there is.</summary>
/// <param name="Name">By which options and the status speak of it.</param>
/// <param name="About">What must hold, as a part of a sentence.</param>
/// <param name="Rounds">Made in every so many rounds.</param>
sealed record CheckRule(string Name, Tier Tier, string About, int Rounds = 1);

/// <summary>What an administrator wants of a check.</summary>
/// <param name="Failures">So many in a row count as one failure.</param>
sealed record CheckSetting(CheckMode Mode, int Failures);
