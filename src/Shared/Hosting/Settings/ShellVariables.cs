using System.Text;
using System.Text.RegularExpressions;
using Xen.Linux.Files;

namespace Xen.Hosting.Settings;

/// <summary>
/// The variables that a file of shell assignments sets. Quotes, escapes, comments and variables of the same file are read as a shell reads
/// them. Nothing is run. A statement that a shell would run is reported with its line. No assignment in it counts, because a shell may
/// never run it. Another file that the file reads (<c>. FILE</c> or <c>source FILE</c>, as NixOS writes) is read as well.
/// </summary>
public sealed partial class ShellVariables
{
    const int MostDeep = 8, LongestFile = 1 << 20;

    readonly string text;
    readonly string file;
    readonly ShellVariables? reader;
    readonly Func<string, string> locate;
    readonly Dictionary<string, string> values;
    readonly List<string> followed;
    int at, line = 1;
    string unclosed = "";

    ShellVariables(string text, string file, ShellVariables? reader, Func<string, string> locate)
    {
        (this.text, this.file, this.reader, this.locate) = (text, file, reader, locate);
        (values, followed, Faults) = reader is null
            ? (new(StringComparer.Ordinal), [], [])
            : (reader.values, reader.followed, reader.Faults);
    }

    /// <summary>The parts of the files that do not count, one sentence each.</summary>
    public List<string> Faults { get; }

    /// <summary>The value of each variable that is set.</summary>
    public IReadOnlyDictionary<string, string> Values => values;

    /// <summary>The other files that the file reads and that were read.</summary>
    public IReadOnlyList<string> Followed => followed;

    /// <summary>Reads a file of assignments.</summary>
    /// <param name="text">The file's content.</param>
    /// <param name="file">The file's name, for <see cref="Faults"/>.</param>
    /// <param name="locate">Returns where to open a file that the text reads, by its path. Null: at that path.</param>
    public static ShellVariables Parse(string text, string file, Func<string, string>? locate = null)
    {
        var variables = new ShellVariables(text, file, null, locate ?? (path => path));
        variables.Statements();
        return variables;
    }

    void Statements()
    {
        while (at < text.Length)
            Statement();
    }

    void Statement()
    {
        Skip(" \t\r;");
        if (Peek is '\n')
        {
            Next();
            return;
        }
        int start = at, startLine = line;
        if (Reads().Match(text, at) is { Success: true } reads)
        {
            Follow(reads, startLine);
            return;
        }
        if (Peek is null or '#' || !TryName(out string name) || !Takes('='))
        {
            if (PassOver(start, startLine) is { Length: > 0 } passed && passed[0] != '#')
            {
                string what = line == startLine ? "no assignment, and is not run" : $"not followed: nothing up to line {line} counts";
                Faults.Add($"{file}:{startLine}: \"{passed.Split('\n')[0].Trim()}\" is {what}{unclosed}");
            }
            return;
        }
        var value = new StringBuilder();
        if (Word(value) is { } fault)
        {
            PassOver(start, startLine);
            string further = line == startLine ? "" : $", nor does anything up to line {line}";
            Faults.Add($"{file}:{startLine}: {name}: {fault}; the assignment does not count{further}");
        }
        else
            values[name] = value.ToString();
    }

    // A file that is read under a condition ([ -r FILE ] && . FILE, or . FILE || true) need not exist.
    void Follow(Match reads, int startLine)
    {
        at += reads.Length;
        var path = new StringBuilder();
        int from = at;
        string? fault = Word(path);
        Skip(" \t");
        string rest = fault is not null ? PassOver(from, startLine) : Peek is ';' ? "" : PassOver(at, line);
        bool isOptional = reads.Groups["if"].Success || rest.Contains("||", StringComparison.Ordinal);
        fault ??= Follow(path.ToString(), isOptional);
        if (fault is not null)
            Faults.Add($"{file}:{startLine}: {(path.Length == 0 ? "a file" : path)} is not read: {fault}");
    }

    // Reads another file. Returns null, or why it is not read.
    string? Follow(string path, bool isOptional)
    {
        if (!path.StartsWith('/'))
            return "only an absolute path is followed";
        int depth = 0;
        for (var above = this; above is not null; above = above.reader, depth++)
            if (above.file == path)
                return "it is being read already, in a circle";
        if (depth > MostDeep)
            return $"it is the {depth}th file in a row that reads another";
        string place = locate(path);
        if (!File.Exists(place))
            return isOptional ? null : "it is not there, and what it sets is missing";
        if (!Folder.IsRegularFile(place) || new FileInfo(place).Length > LongestFile)
            return "it is no file of settings";
        return FileFault.Of(() =>
        {
            var inner = new ShellVariables(File.ReadAllText(place), path, this, locate);
            followed.Add(path);
            inner.Statements();
        });
    }

    [GeneratedRegex(
        @"\G(?<if>(?:\[|test)[ \t]+-[a-z][ \t]+[^\s&|;]+[ \t]*(?:\][ \t]*)?&&[ \t]*)?(?:\.|source)[ \t]+",
        RegexOptions.CultureInvariant)]
    private static partial Regex Reads();

    bool TryName(out string name)
    {
        name = Identifier();
        if (name == "export" && Peek is ' ' or '\t')
        {
            Skip(" \t");
            name = Identifier();
        }
        return name is not "" && !char.IsAsciiDigit(name[0]);
    }

    string Identifier()
    {
        int start = at;
        while (Peek is { } character && (char.IsAsciiLetterOrDigit(character) || character == '_'))
            Next();
        return text[start..at];
    }

    // Reads one word, which ends at a blank outside of quotes. Returns null, or what is wrong with it.
    string? Word(StringBuilder value)
    {
        while (Peek is { } character && !(character is ' ' or '\t' or '\r' or '\n' or ';'))
            switch (Next())
            {
                case '\'':
                    while (Peek is not null and not '\'')
                        value.Append(Next());
                    if (!Takes('\''))
                        return "the quote ' is not closed";
                    break;
                case '"':
                    if (InQuotes(value) is { } fault)
                        return fault;
                    break;
                case '\\' when Peek is { } escaped:
                    Next();
                    if (escaped != '\n')
                        value.Append(escaped);
                    break;
                case '$' or '`' when Expansion(text[at - 1], value) is { } wrong:
                    return wrong;
                case '$' or '`':
                    break;
                default:
                    value.Append(character);
                    break;
            }
        return null;
    }

    string? InQuotes(StringBuilder value)
    {
        while (Peek is not null and not '"')
            switch (Next())
            {
                case '\\' when Peek is '"' or '\\' or '$' or '`' or '\n':
                    if (Next() is var escaped and not '\n')
                        value.Append(escaped);
                    break;
                case '$' or '`' when Expansion(text[at - 1], value) is { } wrong:
                    return wrong;
                case '$' or '`':
                    break;
                case var character:
                    value.Append(character);
                    break;
            }
        return Takes('"') ? null : "the quote \" is not closed";
    }

    // Adds what a shell puts in the place of $ or `. Returns null, or why it cannot.
    string? Expansion(char mark, StringBuilder value)
    {
        if (mark == '`' || Peek is '(')
            return "it would run a command";
        bool braced = Takes('{');
        string name = Identifier();
        if (braced && !Takes('}'))
            return $"${{{name}...}} is more than a variable";
        if (name is "")
            value.Append('$');
        else
            value.Append(values.GetValueOrDefault(name));
        return null;
    }

    char? Peek => at < text.Length ? text[at] : null;

    char Next()
    {
        char character = text[at++];
        if (character == '\n')
            line++;
        return character;
    }

    bool Takes(char wanted)
    {
        if (Peek != wanted)
            return false;
        Next();
        return true;
    }

    void Skip(string characters)
    {
        while (Peek is { } character && characters.Contains(character, StringComparison.Ordinal))
            Next();
    }

    // Skips a statement that is not run, and returns it.
    string PassOver(int from, int fromLine)
    {
        (at, line) = (from, fromLine);
        int end = ShellStatement.End(text, from, out bool isClosed);
        unclosed = isClosed ? "" : "; the end of what it opens is not found";
        while (at < end)
            Next();
        return text[from..end].Trim();
    }
}
