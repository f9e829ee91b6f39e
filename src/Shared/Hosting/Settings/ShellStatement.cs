using System.Text.RegularExpressions;

namespace Xen.Hosting.Settings;

/// <summary>
/// Finds where a statement ends that a shell would run and we do not. It ends at the end of its line, or further down if it opens a block,
/// a function, a list that continues, or a here-document (<c>&lt;&lt;END</c>). A shell may never run what stands in between, so no
/// assignment there counts.
/// </summary>
sealed partial class ShellStatement
{
    readonly string text;
    readonly Stack<string> open = new();
    readonly Queue<string> heredocs = new();
    int at;
    bool isFirst = true, isPattern, isCaseHead, goesOn;

    ShellStatement(string text, int start) => (this.text, at) = (text, start);

    /// <summary>The index where the statement ends: the end of a line or of the text.</summary>
    /// <param name="isClosed">False: the text ends before the statement closes what it opens.</param>
    internal static int End(string text, int start, out bool isClosed)
    {
        var statement = new ShellStatement(text, start);
        isClosed = statement.IsRead();
        return statement.at;
    }

    bool IsRead()
    {
        while (at < text.Length)
            switch (text[at])
            {
                case '\n' when open.Count == 0 && !goesOn && heredocs.Count == 0:
                    return true;
                case '\n' when heredocs.Count > 0:
                    if (!SkipTexts())
                        return false;
                    if (open.Count == 0 && !goesOn)
                        return true;
                    isFirst = true;
                    break;
                case '\n':
                    (isFirst, at) = (true, at + 1);
                    break;
                case ' ' or '\t' or '\r':
                    at++;
                    break;
                case '#':
                    at = EndOfLine(at);
                    break;
                case ';' or '&' or '|' or '(' or ')' or '<' or '>':
                    Operator();
                    break;
                default:
                    if (!Word())
                        return false;
                    break;
            }
        return open.Count == 0 && heredocs.Count == 0;
    }

    void Operator()
    {
        string mark = Marks().Match(text, at).Value;
        at += mark.Length;
        switch (mark)
        {
            case "<<" or "<<-":
                if (TextEnd().Match(text, at) is { Success: true } end)
                {
                    at += end.Length;
                    heredocs.Enqueue(end.Groups["word"].Value.Replace("\\", "", StringComparison.Ordinal).Trim('\'', '"'));
                }
                break;
            case "(" when !isPattern:
                open.Push(")");
                isFirst = true;
                break;
            case ['(', .., ')']:
                (isFirst, goesOn) = (true, true); // a function; its body follows
                break;
            case ")" when isPattern:
                (isFirst, isPattern) = (true, false);
                break;
            case ")":
                Close(mark);
                isFirst = false;
                break;
            case not ['<' or '>', ..]:
                isPattern |= mark is [';', _, ..] && open.TryPeek(out string? block) && block is "esac";
                (isFirst, goesOn) = (true, mark is "&&" or "||" or "|" or "|&");
                break;
        }
    }

    // Reads one word. False: the text ends inside of its quotes.
    bool Word()
    {
        int start = at;
        while (at < text.Length && !" \t\r\n;&|()<>".Contains(text[at], StringComparison.Ordinal))
            switch (text[at++])
            {
                case '\\':
                    at = Math.Min(at + 1, text.Length);
                    break;
                case '\'' or '"' or '`' when !SkipQuoted(text[at - 1]):
                    return false;
            }
        string word = text[start..at].Replace("\\\n", "", StringComparison.Ordinal);
        if (word is "in" && isCaseHead)
            (isPattern, isCaseHead) = (true, false);
        else if (word is not "" && ((isFirst || goesOn && word is "{") && !isPattern || word is "esac"))
            isFirst = Opens(word) || Close(word) || word is "then" or "else" or "elif" or "do" or "!" or "time";
        return true;
    }

    bool SkipQuoted(char quote)
    {
        while (at < text.Length && text[at] != quote)
            at += text[at] == '\\' && quote != '\'' ? 2 : 1;
        at++;
        bool isClosed = at <= text.Length;
        at = Math.Min(at, text.Length);
        return isClosed;
    }

    // Opens a block if the word does so. Returns whether a command comes next.
    bool Opens(string word)
    {
        string? end = word switch
        {
            "if" => "fi",
            "case" => "esac",
            "for" or "while" or "until" or "select" => "done",
            "{" => "}",
            _ => null,
        };
        goesOn = word is "function";
        if (end is null)
            return false;
        open.Push(end);
        isCaseHead |= word is "case";
        return word is "if" or "while" or "until" or "{";
    }

    bool Close(string word)
    {
        if (!open.TryPeek(out string? end) || end != word)
            return false;
        open.Pop();
        isPattern = false;
        return true;
    }

    // Skips the here-documents that follow the line. Each ends at a line that is its end word.
    bool SkipTexts()
    {
        while (heredocs.TryDequeue(out string? word))
            for (bool isEnd = false; !isEnd;)
            {
                if (at >= text.Length)
                    return false;
                int next = EndOfLine(at + 1);
                isEnd = text[(at + 1)..next].Trim('\t', '\r') == word;
                at = next;
            }
        return true;
    }

    int EndOfLine(int from) => text.IndexOf('\n', from) is >= 0 and var end ? end : text.Length;

    [GeneratedRegex(@"\G(?:<<<|<<-|<<|[<>]+[&|]?|;;&|;;|;&|&&|&>|\|\||\|&|\([ \t]*\)|.)", RegexOptions.CultureInvariant)]
    private static partial Regex Marks();

    [GeneratedRegex(@"\G[ \t]*(?!\d)(?<word>'[^'\n]*'|""[^""\n]*""|[^\s;&|()<>]+)", RegexOptions.CultureInvariant)]
    private static partial Regex TextEnd();
}
