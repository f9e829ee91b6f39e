namespace XenConsoled.Consoles;

/// <summary>A domain of which news is wanted. Its keys are read one time after the other, so that the last to come is the newest.</summary>
sealed class FollowedDomain(ushort domid)
{
    internal ushort Domid => domid;

    /// <summary>Cancelled, on the loop's thread, when nothing is wanted of it any more.</summary>
    internal CancellationTokenSource Forgotten { get; } = new();

    /// <summary>Held while its keys are read.</summary>
    internal SemaphoreSlim Reading { get; } = new(1);
}
