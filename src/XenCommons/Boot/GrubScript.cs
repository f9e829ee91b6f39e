using System.Text;

namespace XenCommons.Boot;

/// <summary>
/// Reads a script of GRUB as GRUB does: words with any or no quotes, ends of commands (a newline or a semicolon), and braces anywhere
/// outside of quotes (GRUB's manual, "Shell-like scripting"). Text that makes no sense is skipped.
/// </summary>
sealed class GrubScript
{
    /// <summary>A part of a word: text, or the name of a variable.</summary>
    /// <param name="IsQuoted">It was between quotes, so it makes a word even if it is empty.</param>
    internal sealed record Part(string Text, bool IsVariable, bool IsQuoted);

    /// <summary>A command with its words, and its block in braces if it has one.</summary>
    internal sealed record GrubCommand(IReadOnlyList<IReadOnlyList<Part>> Words, IReadOnlyList<GrubStep>? Block) : GrubStep;

    /// <summary>Steps under a condition. The branch of an `else` has no condition.</summary>
    internal sealed record Branch(IReadOnlyList<GrubStep>? Condition, IReadOnlyList<GrubStep> Steps);

    /// <summary>`if` with its branches in order.</summary>
    internal sealed record If(IReadOnlyList<Branch> Branches) : GrubStep;

    /// <summary>`for`, `while` or `until`. The number of iterations is not computed.</summary>
    /// <param name="Variable">The variable of `for`; null for the others.</param>
    /// <param name="Steps">The steps of an iteration.</param>
    internal sealed record GrubLoop(string? Variable, IReadOnlyList<GrubStep> Steps) : GrubStep;

    /// <summary>`function`.</summary>
    internal sealed record Function(string Name, IReadOnlyList<GrubStep> Steps) : GrubStep;

    /// <summary>A step of a script.</summary>
    internal abstract record GrubStep;

    const string Ends = "\n;|&", Blanks = " \t\r";

    readonly record struct Token(char Sign, IReadOnlyList<Part> Word); // a word has the sign 'w'

    readonly List<Token> tokens = [];
    int at;

    GrubScript(string text) => Cut(text);

    /// <summary>The steps of a script.</summary>
    internal static IReadOnlyList<GrubStep> Parse(string text)
    {
        var script = new GrubScript(text);
        var steps = new List<GrubStep>();
        for (; script.at < script.tokens.Count; script.at++) // skips a brace or a word that closes nothing
            steps.AddRange(script.List());
        return steps;
    }

    /// <summary>A word without quotes and variables, else null. Only such a word can be a keyword.</summary>
    static string? Plain(Token token) =>
        token is { Sign: 'w', Word: [{ IsVariable: false, IsQuoted: false }] } ? token.Word[0].Text : null;

    List<GrubStep> List()
    {
        var steps = new List<GrubStep>();
        while (at < tokens.Count && tokens[at].Sign != '}')
        {
            string? word = Plain(tokens[at]);
            if (word is "then" or "elif" or "else" or "fi" or "do" or "done")
                break;
            if (tokens[at].Sign == 'w')
                steps.Add(word switch
                {
                    "if" => ReadIf(),
                    "for" or "while" or "until" => ReadLoop(),
                    "function" => ReadFunction(),
                    _ => ReadCommand(),
                });
            else
                at++;
        }
        return steps;
    }

    If ReadIf()
    {
        var branches = new List<Branch>();
        string? word = "if";
        while (word is "if" or "elif" or "else")
        {
            at++;
            var condition = word == "else" ? null : List();
            if (condition is not null && Here() == "then")
                at++;
            branches.Add(new(condition, List()));
            word = Here();
        }
        at++; // fi
        return new(branches);
    }

    GrubLoop ReadLoop()
    {
        string? variable = Here() == "for" && at + 1 < tokens.Count ? Plain(tokens[at + 1]) : null;
        at++;
        _ = List(); // the list or the condition of the loop
        at++; // do
        var steps = List();
        at++; // done
        return new(variable, steps);
    }

    Function ReadFunction()
    {
        string name = ++at < tokens.Count ? Plain(tokens[at]) ?? "" : "";
        while (at < tokens.Count && tokens[at].Sign is not ('{' or '}'))
            at++;
        return new(name, ReadBlock());
    }

    GrubCommand ReadCommand()
    {
        var words = new List<IReadOnlyList<Part>>();
        for (; at < tokens.Count && tokens[at].Sign == 'w'; at++)
            words.Add(tokens[at].Word);
        return new(words, at < tokens.Count && tokens[at].Sign == '{' ? ReadBlock() : null);
    }

    List<GrubStep> ReadBlock()
    {
        at++; // {
        var steps = List();
        at++; // }
        return steps;
    }

    string? Here() => at < tokens.Count ? Plain(tokens[at]) : null;

    void Cut(string text)
    {
        for (int i = 0; i < text.Length;)
            if (Blanks.Contains(text[i]))
                i++;
            else if (text[i] == '#')
                i = text.IndexOf('\n', i) is var end and >= 0 ? end : text.Length;
            else if (Ends.Contains(text[i]) || text[i] is '{' or '}')
                tokens.Add(new(text[i++], []));
            else
                tokens.Add(new('w', Word(text, ref i)));
    }

    static List<Part> Word(string text, ref int i)
    {
        var parts = new List<Part>();
        var plain = new StringBuilder();
        char quote = '\0';
        bool hasQuotes = false;
        void Keep()
        {
            if (plain.Length > 0 || hasQuotes)
                parts.Add(new(plain.ToString(), false, hasQuotes));
            plain.Clear();
        }
        for (; i < text.Length; i++)
        {
            char c = text[i];
            if (quote == '\0' && (Blanks.Contains(c) || Ends.Contains(c) || c is '{' or '}'))
                break;
            if (c == quote)
                quote = '\0';
            else if (quote == '\0' && c is '\'' or '"')
                (quote, hasQuotes) = (c, true);
            else if (quote != '\'' && c == '\\' && i + 1 < text.Length)
            {
                if (text[++i] != '\n') // a backslash before the newline continues the line
                    plain.Append(quote == '"' && text[i] is not ('"' or '$' or '\\') ? "\\" : "").Append(text[i]);
            }
            else if (quote != '\'' && c == '$' && Variable(text, i) is var (name, length) && length > 0)
            {
                Keep();
                parts.Add(new(name, true, quote == '"'));
                i += length;
            }
            else if (!(quote == '\0' && c == '$' && i + 1 < text.Length && text[i + 1] == '"')) // $"…" is a text to translate
                plain.Append(c);
        }
        Keep();
        return parts;
    }

    // The name after a dollar sign, and how much of the text it takes. The length is 0 if there is no name.
    static (string Name, int Length) Variable(string text, int dollar)
    {
        int from = dollar + 1;
        bool isBraced = from < text.Length && text[from] == '{';
        int end = isBraced ? ++from : from;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '?' or '#' or '*' or '@'))
            end++;
        bool isClosed = !isBraced || end < text.Length && text[end] == '}';
        return end > from && isClosed ? (text[from..end], end - dollar - (isBraced ? 0 : 1)) : ("", 0);
    }
}
