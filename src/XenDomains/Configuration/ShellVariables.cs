using System.Text;

namespace XenDomains.Configuration;

/// <summary>
/// The variables that a file of shell assignments sets: quotes, escapes, comments and variables of the same file are read as a shell
/// reads them; nothing is run. What a shell would run instead is said with its line, and its assignment does not count.
/// </summary>
sealed class ShellVariables
{
    readonly string text;
    readonly string file;
    readonly Dictionary<string, string> values = new(StringComparer.Ordinal);
    int at, line = 1;

    ShellVariables(string text, string file) => (this.text, this.file) = (text, file);

    /// <summary>What the file says that is no assignment, one sentence each.</summary>
    internal List<string> Faults { get; } = [];

    internal IReadOnlyDictionary<string, string> Values => values;

    internal static ShellVariables Parse(string text, string file)
    {
        var variables = new ShellVariables(text, file);
        while (variables.at < text.Length)
            variables.Statement();
        return variables;
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
        if (Peek is null or '#' || !TryName(out string name) || !Takes('='))
        {
            string statement = RestOfLine(start).Trim();
            if (statement is not "" && statement[0] != '#')
                Faults.Add($"{file}:{startLine}: \"{statement}\" is no assignment, and is not run");
            return;
        }
        var value = new StringBuilder();
        if (Word(value) is { } fault)
        {
            Faults.Add($"{file}:{startLine}: {name}: {fault}; the assignment does not count");
            RestOfLine(at);
        }
        else
            values[name] = value.ToString();
    }

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

    // One word, which ends at a blank outside quotes; answers what is wrong with it.
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

    // What a shell puts in the place of $ or `; answers why it is not put.
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

    string RestOfLine(int from)
    {
        while (Peek is not null and not '\n')
            Next();
        return text[from..at];
    }
}
