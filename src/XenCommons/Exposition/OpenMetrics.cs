using System.Text;

namespace XenCommons.Exposition;

/// <summary>
/// The same figures as OpenMetrics 1.0 has them. It differs from the text of <see cref="MetricText"/> in two ways: the comments of a
/// counter name it without _total, and a last line says that nothing is missing.
/// </summary>
static class OpenMetrics
{
    const string Help = "# HELP ", Type = "# TYPE ", Total = "_total";

    /// <summary>The media type of a text that <see cref="Of"/> makes.</summary>
    internal const string MediaType = "application/openmetrics-text";

    /// <summary>Changes a text of <see cref="MetricText"/>.</summary>
    internal static string Of(string text)
    {
        var changed = new StringBuilder(text.Length + 16);
        var rest = text.AsSpan();
        while (rest.IndexOf('\n') is >= 0 and var end) // a name may hold what other functions take for the end of a line
        {
            var line = rest[..end];
            rest = rest[(end + 1)..];
            if (NameIn(line) is { IsEmpty: false } name && name.EndsWith(Total, StringComparison.Ordinal))
                changed.Append(line[..Help.Length]).Append(name[..^Total.Length])
                    .Append(line[(Help.Length + name.Length)..]).Append('\n');
            else
                changed.Append(line).Append('\n');
        }
        return changed.Append("# EOF\n").ToString();
    }

    // The name of which a comment tells. Both words have one length.
    static ReadOnlySpan<char> NameIn(ReadOnlySpan<char> line) =>
        !line.StartsWith(Help, StringComparison.Ordinal) && !line.StartsWith(Type, StringComparison.Ordinal) ? default
        : line[Help.Length..] is var rest && rest.IndexOf(' ') is > 0 and var end ? rest[..end]
        : default;
}
