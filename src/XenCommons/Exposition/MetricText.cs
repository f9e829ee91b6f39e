using System.Globalization;
using System.Text;

namespace XenCommons.Exposition;

/// <summary>
/// Figures in Prometheus' text format 0.0.4, which node_exporter's textfile collector and promtool read, too. The last line ends with a
/// newline: without it the collector loses the file. A series is written once, because Prometheus drops all but one of two and reports
/// nothing that an administrator sees.
/// </summary>
static class MetricText
{
    /// <summary>The text. A family without figures is left out.</summary>
    /// <exception cref="ArgumentException">Two families have one name.</exception>
    internal static string Of(IEnumerable<MetricFamily> families)
    {
        var (text, names) = (new StringBuilder(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var family in families.Where(family => family.Samples.Count > 0))
        {
            if (!names.Add(family.Name))
                throw new ArgumentException($"{family.Name} is there twice", nameof(families));
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(Escaped(family.Help, quote: false)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Kind.ToString().ToLowerInvariant()).Append('\n');
            var written = new HashSet<string>(StringComparer.Ordinal);
            foreach (var sample in family.Samples)
                if (SeriesOf(family, sample) is var series && written.Add(series))
                    text.Append(series).Append(' ').Append(Number(sample.Value)).Append('\n');
        }
        return text.ToString();
    }

    static string SeriesOf(MetricFamily family, MetricSample sample)
    {
        string name = family.Name + sample.Suffix;
        // An empty value and no label are the same series.
        var labels = sample.Labels.Where(label => label.Value.Length > 0).Select(label => $"{label.Name}=\"{Escaped(label.Value)}\"");
        return string.Join(',', labels) is { Length: > 0 } joined ? $"{name}{{{joined}}}" : name;
    }

    static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf"
            : value.ToString("R", CultureInfo.InvariantCulture);

    // A NUL ends what some readers take for the text. It becomes the replacement character, as do halves of surrogate pairs.
    static string Escaped(string text, bool quote = true)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            switch (rune.Value)
            {
                case '\\': escaped.Append(@"\\"); break;
                case '\n': escaped.Append(@"\n"); break;
                case '"' when quote: escaped.Append("\\\""); break;
                case 0: escaped.Append('\uFFFD'); break;
                default: escaped.Append(rune.ToString()); break;
            }
        return escaped.ToString();
    }
}
