using XenDomains.Configuration;
using XenDomains.Facts;

namespace XenDomains.Planning.Steps;

/// <summary>What a start does about one guest.</summary>
sealed record StartStep(string Name, GuestConfig? Config, StartAction Action, string Why)
{
    /// <summary>Moves of the guest's images, done first.</summary>
    internal IReadOnlyList<ImageStep> Moves { get; init; } = [];

    /// <summary>A suspended or half restored domain that cannot go on. It is destroyed first, because the image is whole.</summary>
    internal XlDomain? Ends { get; init; }

    /// <summary>The image to restore.</summary>
    internal SavedImage? Image { get; init; }

    /// <summary>Guests of this plan whose steps come before this one.</summary>
    internal IReadOnlyList<string> After { get; init; } = [];

    /// <summary>The guests among them that must have started well, or this one is not started.</summary>
    internal IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>The guests among them that only serve this guest's devices: it is enough that they run.</summary>
    internal IReadOnlyList<string> Backends { get; init; } = [];

    internal Annotations Annotations => Config?.Annotations ?? Annotations.None;

    /// <summary>All domains that serve the guest's devices, by its configuration and by its image.</summary>
    internal IEnumerable<string> AllBackends => (Config?.Backends ?? []).Concat(Image?.Backends ?? []).Distinct(StringComparer.Ordinal);
}
