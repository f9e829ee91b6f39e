using XenCommons.Exposition;
using XenCommons.Figures;

namespace XenCommons.Sources;

/// <summary>What one source of figures has answered.</summary>
/// <param name="Source">Its name: the label of xen_up.</param>
/// <param name="Figures">Makes its figures; null: it did not answer.</param>
/// <param name="Version">The version of the daemon; null: unknown.</param>
/// <param name="Names">The names of domains that it has told.</param>
sealed record Answer(string Source, Func<DomainNames, IEnumerable<MetricFamily>>? Figures, string? Version,
    IReadOnlyDictionary<int, string> Names)
{
    /// <summary>The source has not answered.</summary>
    internal static Answer None(string source) => new(source, null, null, new Dictionary<int, string>());
}
