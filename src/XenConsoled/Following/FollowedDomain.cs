namespace XenConsoled.Following;

/// <summary>A domain whose keys are followed. They are read one time after the other, so that the last to arrive is the newest.</summary>
sealed class FollowedDomain(ushort domid)
{
    internal ushort Domid => domid;

    /// <summary>Cancelled on the loop's thread when the domain is no longer followed.</summary>
    internal CancellationTokenSource Forgotten { get; } = new();

    /// <summary>Held while the domain's keys are read.</summary>
    internal SemaphoreSlim Reading { get; } = new(1);
}
