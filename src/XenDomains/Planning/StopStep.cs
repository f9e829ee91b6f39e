using XenDomains.Facts;

namespace XenDomains.Planning;

/// <summary>What a stop does about one domain.</summary>
/// <param name="Tries">In this order, until it is gone; none: it is left alone.</param>
sealed record StopStep(XlDomain Domain, IReadOnlyList<StopTry> Tries, string Why)
{
    internal string Name => Domain.Name;

    /// <summary>Guests of this plan that are gone before.</summary>
    internal IReadOnlyList<string> After { get; init; } = [];

    /// <summary>What happens to older images first: the guest has run without them.</summary>
    internal IReadOnlyList<ImageStep> Moves { get; init; } = [];

    /// <summary>It is not stopped as it was asked, or would be cut off when the host goes down.</summary>
    internal bool IsFault { get; init; }

    /// <summary>
    /// It may be destroyed although it was never asked to shut down: its own comments say so, or it is no guest any more.
    /// </summary>
    internal bool MayDestroyUnasked { get; init; }

    /// <summary>
    /// The image of a guest that is not what its domain looks like, for xl ended in the middle of a save or a restore: the stop needs only
    /// end the domain.
    /// </summary>
    internal SavedImage? Image { get; init; }
}
