using System.Text.RegularExpressions;

namespace Repository;

/// <summary>A page of man/ as it is read, without the marks of its type-setting.</summary>
sealed class Manual
{
    Manual(string name)
    {
        string[] lines = Files.Text($"man/{name}.8").Split('\n');
        Path = $"man/{name}.8";
        Text = string.Join('\n', lines.Select(Plain));
        var headings = lines.Zip(lines.Skip(1)).Where(pair => pair.First == ".TP").Select(pair => Plain(pair.Second));
        Options = [.. headings.Where(heading => heading.StartsWith('-'))];
    }

    internal string Path { get; }
    internal string Text { get; }

    /// <summary>The lines that begin the paragraph of an option each; what prose names may be of other programs.</summary>
    internal IReadOnlyList<string> Options { get; }

    internal static Manual Of(string program) => new(program);

    internal string Section(string title) => Regex.Match(Text, $@"(?ms)^# {title}\n(.*?)(?=^# |\z)").Groups[1].Value;

    // `.BR a ", " b` is "a, b": the words are in two types by turns, without blanks between them. `.B a b` is "a b".
    static string Plain(string line)
    {
        string text = Regex.Replace(line, @"\\f[A-Z]", "").Replace(@"\-", "-", StringComparison.Ordinal);
        if (text.StartsWith(".SH ", StringComparison.Ordinal))
            return "# " + text[4..];
        var macro = Regex.Match(text, @"^\.([BIR]{1,2}) (.*)$");
        if (!macro.Success)
            return text;
        var words = Regex.Matches(macro.Groups[2].Value, "\"([^\"]*)\"|([^\" ]+)");
        return string.Join(macro.Groups[1].Length == 1 ? " " : "", words.Select(word => word.Groups[1].Value + word.Groups[2].Value));
    }
}
