namespace XenCommons.Exposition;

/// <summary>One figure of a family.</summary>
/// <param name="Labels">Names, which must be fit for a label, and values, which may be any text.</param>
/// <param name="Suffix">What follows the family's name: empty but for a histogram.</param>
readonly record struct MetricSample(double Value, IReadOnlyList<(string Name, string Value)> Labels, string Suffix = "");
