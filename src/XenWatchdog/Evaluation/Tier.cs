namespace XenWatchdog.Evaluation;

/// <summary>How severe the failure of a check is.</summary>
enum Tier
{
    /// <summary>
    /// The host is of no use without it. If enforced, the timer is not kicked, and the host is reset. A service that may be restarted is
    /// restarted first.
    /// </summary>
    Host,

    /// <summary>A service that can be restarted. If enforced, it is restarted.</summary>
    Service,

    /// <summary>Something that will cause trouble soon. It is only reported.</summary>
    Warning,
}
