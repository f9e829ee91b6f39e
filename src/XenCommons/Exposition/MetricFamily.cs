namespace XenCommons.Exposition;

/// <summary>Figures of one name: https://prometheus.io/docs/practices/naming/ says how names are made.</summary>
/// <param name="Help">One sentence. It is the same in all texts, or who merges them would drop the family.</param>
sealed record MetricFamily(string Name, MetricKind Kind, string Help, IReadOnlyList<MetricSample> Samples)
{
    /// <summary>A family of one figure without labels; of none if there is no value.</summary>
    internal static MetricFamily One(string name, MetricKind kind, string help, double? value) =>
        new(name, kind, help, value is { } one ? [new(one, [])] : []);

    /// <summary>A family with a figure for each item that has a value.</summary>
    internal static MetricFamily Each<T>(string name, MetricKind kind, string help, IEnumerable<T> items,
        Func<T, IReadOnlyList<(string, string)>> labels, Func<T, double?> value) =>
        new(name, kind, help, [.. from item in items
                                  let one = value(item)
                                  where one is not null
                                  select new MetricSample(one.Value, labels(item))]);
}
