using System.Globalization;

namespace XenCommons.Tests.Metrics;

/// <summary>
/// Prometheus' text format, read strictly, because promtool lets series pass that are there twice. A name with its labels as text is a
/// series.
/// </summary>
sealed class Series
{
    readonly Dictionary<string, double> values = new(StringComparer.Ordinal);
    readonly HashSet<string> families = new(StringComparer.Ordinal);

    /// <exception cref="FormatException">A line is wrong, a series or a family is there twice, or the last line has no end.</exception>
    internal Series(string text)
    {
        if (!text.EndsWith('\n'))
            throw new FormatException("the last line has no end, and node_exporter would lose the file");
        string family = "";
        foreach (string line in text[..^1].Split('\n'))
            if (line.Split(' ', 4) is ["#", "HELP", var helped, _] && families.Add(helped))
                family = helped;
            else if (line.Split(' ') is not ["#", "TYPE", var typed, "gauge" or "counter" or "histogram"] || typed != family)
                Take(line, family);
    }

    internal IReadOnlySet<string> Families => families;

    internal IEnumerable<string> Names => values.Keys;

    /// <summary>The figure of a series; null if it is not there.</summary>
    internal double? this[string series] => values.TryGetValue(series, out double value) ? value : null;

    void Take(string line, string family)
    {
        int space = line.LastIndexOf(' ');
        string name = space > 0 ? line[..space].Split('{')[0] : "";
        if (family.Length == 0 || name != family && !(name.StartsWith(family + "_", StringComparison.Ordinal)
            && name[family.Length..] is "_bucket" or "_sum" or "_count"))
            throw new FormatException($"a line outside of its family {family}: {line}");
        if (!double.TryParse(line[(space + 1)..].Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture,
            out double value))
            throw new FormatException($"no number: {line}");
        if (!values.TryAdd(line[..space], value))
            throw new FormatException($"a series is there twice: {line}");
    }
}
