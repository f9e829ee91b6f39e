using XenDomains.Configuration;
using XenDomains.Facts;

namespace XenDomains.Planning;

/// <summary>What a start does about one guest.</summary>
sealed record StartStep(string Name, GuestConfig? Config, StartAction Action, string Why)
{
    /// <summary>What happens to its images first.</summary>
    internal IReadOnlyList<ImageStep> Moves { get; init; } = [];

    /// <summary>A domain of it that cannot go on, suspended or half restored, and is destroyed first, for its image is whole.</summary>
    internal XlDomain? Ends { get; init; }

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
