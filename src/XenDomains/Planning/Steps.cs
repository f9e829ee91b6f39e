using XenDomains.Configuration;

namespace XenDomains.Planning;

/// <summary>What a start does about a guest.</summary>
enum StartAction
{
    /// <summary>It runs already.</summary>
    Keep,
    Create,
    Restore,

    /// <summary>It is not started, for a reason that an administrator has to deal with.</summary>
    Blocked,
}

/// <summary>What happens to an image before its guest is dealt with.</summary>
enum ImageMove
{
    /// <summary>Its restore came to nothing before the guest ran: it waits for the next start again.</summary>
    Return,

    /// <summary>It is of no use, or no more, and is removed.</summary>
    Remove,

    /// <summary>It is put aside as one that could not be restored.</summary>
    Quarantine,

    /// <summary>It is put aside as one that its guest went on without.</summary>
    SetAside,
}

/// <summary>A move of an image, and why.</summary>
sealed record ImageStep(SavedImage Image, ImageMove Move, string Why);

/// <summary>What a start does about one guest.</summary>
sealed record StartStep(string Name, GuestConfig? Config, StartAction Action, string Why)
{
    /// <summary>What happens to its images first.</summary>
    internal IReadOnlyList<ImageStep> Moves { get; init; } = [];

    /// <summary>A domain of it that cannot go on, suspended or half restored, and is destroyed first, for its image is whole.</summary>
    internal Domain? Ends { get; init; }

    /// <summary>What a restore reads.</summary>
    internal SavedImage? Image { get; init; }

    /// <summary>Guests of this plan whose turn is before.</summary>
    internal IReadOnlyList<string> After { get; init; } = [];

    /// <summary>Those of them without which it is not started.</summary>
    internal IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>Those of them that serve its devices, and are required for nothing else: they have to run.</summary>
    internal IReadOnlyList<string> Backends { get; init; } = [];

    internal Annotations Annotations => Config?.Annotations ?? Annotations.None;

    /// <summary>All that serve its devices, by its configuration and by what it is restored from.</summary>
    internal IEnumerable<string> AllBackends => (Config?.Backends ?? []).Concat(Image?.Backends ?? []).Distinct(StringComparer.Ordinal);
}

/// <summary>One way to stop a guest and how long it may take; null: as long as it will.</summary>
sealed record StopTry(StopWay Way, TimeSpan? Within);

/// <summary>What a stop does about one domain.</summary>
/// <param name="Tries">In this order, until it is gone; none: it is left alone.</param>
sealed record StopStep(Domain Domain, IReadOnlyList<StopTry> Tries, string Why)
{
    internal string Name => Domain.Name;

    /// <summary>Guests of this plan that are gone before.</summary>
    internal IReadOnlyList<string> After { get; init; } = [];

    /// <summary>What happens to older images first: the guest has run without them.</summary>
    internal IReadOnlyList<ImageStep> Moves { get; init; } = [];

    /// <summary>It is not stopped as it was asked, or would be cut off when the host goes down.</summary>
    internal bool IsFault { get; init; }

    /// <summary>It may be destroyed although it was never asked to shut down: its own comments say so, or it is no guest any more.</summary>
    internal bool MayDestroyUnasked { get; init; }

    /// <summary>The image of a guest that is not what its domain looks like, for xl ended in the middle of a save or a restore: the stop needs only end the domain.</summary>
    internal SavedImage? Image { get; init; }
}

/// <summary>What would happen.</summary>
/// <param name="Steps">In the order of their turns; what does not wait for another may go on beside it.</param>
/// <param name="Remarks">What an administrator should know of, one sentence each.</param>
sealed record Plan<TStep>(IReadOnlyList<TStep> Steps, IReadOnlyList<string> Remarks);
