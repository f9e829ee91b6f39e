namespace XenWatchdog.Evaluation;

/// <summary>What the failure of a check is worth.</summary>
enum Tier
{
    /// <summary>Without it the host is of no use any more. Enforced: the timer is not kicked, and the host is reset.</summary>
    Host,

    /// <summary>A service that can be had back. Enforced: it is restarted.</summary>
    Service,

    /// <summary>Something that will hurt soon. It is only reported.</summary>
    Warning,
}
