using System.Globalization;
using System.Text;

namespace Xen.Conformance;

/// <summary>Cuts a script line into words.</summary>
static class Words
{
    internal static List<Word> Split(string line)
    {
        var words = new List<Word>();
        int at = 0;
        while (true)
        {
            while (at < line.Length && char.IsWhiteSpace(line[at]))
                at++;
            if (at == line.Length || line[at] == '#')
                return words;
            words.Add(Next(line, ref at));
        }
    }

    static Word Next(string line, ref int at)
    {
        var pieces = new List<(string, bool)>();
        bool isPrefix = false;
        while (at < line.Length && !char.IsWhiteSpace(line[at]))
        {
            bool quoted = line[at] == '"';
            string text = quoted ? Quoted(line, ref at) : Plain(line, ref at);
            if (quoted && line.AsSpan(at).StartsWith("..."))
            {
                isPrefix = true;
                at += 3;
            }
            if (quoted && at < line.Length && line[at] == '*')
            {
                text = Repeat(text, line[(at + 1)..], out int digits);
                at += 1 + digits;
            }
            pieces.Add((text, quoted));
        }
        return new Word(pieces, isPrefix);
    }

    static string Plain(string line, ref int at)
    {
        int start = at;
        while (at < line.Length && !char.IsWhiteSpace(line[at]) && line[at] != '"')
            at++;
        string text = line[start..at];
        int star = text.LastIndexOf('*');
        return star > 0 && text[(star + 1)..].All(char.IsAsciiDigit) && star + 1 < text.Length
            ? Repeat(text[..star], text[(star + 1)..], out _)
            : text;
    }

    static string Repeat(string text, string count, out int digits)
    {
        digits = count.TakeWhile(char.IsAsciiDigit).Count();
        int times = int.Parse(count.AsSpan(0, digits), CultureInfo.InvariantCulture);
        return new StringBuilder().Insert(0, text, times).ToString();
    }

    static string Quoted(string line, ref int at)
    {
        var text = new StringBuilder();
        for (at++; at < line.Length && line[at] != '"'; at++)
        {
            if (line[at] != '\\')
            {
                text.Append(line[at]);
                continue;
            }
            at++;
            text.Append(line[at] switch
            {
                '0' => '\0',
                'n' => '\n',
                't' => '\t',
                'x' => (char)Convert.ToByte(line.Substring((at += 2) - 1, 2), 16),
                var other => other,
            });
        }
        if (at == line.Length)
            throw new ScriptException("a quote is not closed");
        at++;
        return text.ToString();
    }
}
