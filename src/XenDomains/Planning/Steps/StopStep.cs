using XenDomains.Facts;

namespace XenDomains.Planning.Steps;

/// <summary>What a stop does about one domain.</summary>
/// <param name="Tries">The ways to try in this order, until the domain is gone; empty: it is left alone.</param>
sealed record StopStep(XlDomain Domain, IReadOnlyList<StopTry> Tries, string Why)
{
    internal string Name => Domain.Name;

    /// <summary>Guests of this plan that must be gone before.</summary>
    internal IReadOnlyList<string> After { get; init; } = [];

    /// <summary>Moves of older images, done first: the guest has run without them.</summary>
    internal IReadOnlyList<ImageStep> Moves { get; init; } = [];

    /// <summary>The stop was asked to stop the guest and will not, or the guest would be cut off when the host goes down.</summary>
    internal bool IsFault { get; init; }

    /// <summary>
    /// The guest may be destroyed without a request to shut down: its own comments say so, or it is no guest any more.
    /// </summary>
    internal bool MayDestroyUnasked { get; init; }

    /// <summary>
    /// The image of a guest whose xl ended in the middle of a save or a restore. The domain is no longer a guest, so the stop only has to
    /// end the domain.
    /// </summary>
    internal SavedImage? Image { get; init; }
}
