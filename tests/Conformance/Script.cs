using System.Globalization;
using System.Text.RegularExpressions;

namespace Xen.Conformance;

/// <summary>Reads the rules of script files.</summary>
static partial class Script
{
    [GeneratedRegex(@"^(differs|absent|because)\s+(\w+):\s*(.+)$")]
    private static partial Regex NotPlayedLine();

    [GeneratedRegex(@"^(\d+)x$")]
    private static partial Regex TimesWord();

    internal static IEnumerable<Rule> ReadAll(string folder) =>
        Directory.GetFiles(folder, "*.xs").Order(StringComparer.Ordinal)
            .SelectMany(file => Read(Path.GetFileName(file), File.ReadLines(file)));

    internal static List<Rule> Read(string file, IEnumerable<string> lines)
    {
        var rules = new List<Rule>();
        int number = 0;
        string who = "";
        foreach (string line in lines)
        {
            number++;
            try
            {
                if (line.StartsWith("== ", StringComparison.Ordinal))
                {
                    rules.Add(new Rule(line[3..].Trim(), file, number));
                    who = "";
                }
                else if (NotPlayedLine().Match(line) is { Success: true } match)
                {
                    var reasons = match.Groups[1].Value == "because" ? rules[^1].Because : rules[^1].NotPlayed;
                    reasons.Add(match.Groups[2].Value, (match.Groups[1].Value == "absent" ? "it lacks " : "") + match.Groups[3].Value);
                }
                else if (Words.Split(line) is { Count: > 0 } words)
                {
                    rules[^1].Steps.Add(ReadStep(words, number, char.IsWhiteSpace(line[0]), ref who));
                }
            }
            catch (Exception e) when (e is ScriptException or ArgumentException or FormatException)
            {
                throw new ScriptException($"{file}:{number}: {e.Message}");
            }
        }
        return rules;
    }

    static Step ReadStep(List<Word> words, int number, bool continues, ref string who)
    {
        int at = 0;
        int times = 1;
        if (TimesWord().Match(words[0].Bare ?? "") is { Success: true } match)
        {
            times = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            at++;
        }
        if (!continues)
            who = words[at++].Bare ?? throw new ScriptException("a line begins with who speaks");
        if (who == "")
            throw new ScriptException("nobody to go on with");
        Word? transaction = null;
        if (at < words.Count && words[at].Bare is { } bare && bare.StartsWith('[') && bare.EndsWith(']'))
        {
            transaction = Words.Split(bare[1..^1])[0];
            at++;
        }
        var request = Until(words, ref at);
        return new Step(number, who, times, transaction, request, ReadExpectations(words, at));
    }

    static List<Expectation> ReadExpectations(List<Word> words, int at)
    {
        var expected = new List<Expectation>();
        while (at < words.Count)
        {
            var kind = words[at++].Bare switch
            {
                "=" => Kind.Reply,
                "<" => Kind.Event,
                ">" => Kind.EventBeforeReply,
                "!closed" => Kind.Closed,
                "!silent" => Kind.Silent,
                _ => throw new ScriptException("'|' follows nothing"),
            };
            var main = Until(words, ref at);
            var others = new Dictionary<string, IReadOnlyList<Word>>();
            while (at < words.Count && words[at].Bare == "|")
            {
                at++;
                var other = Until(words, ref at);
                foreach (string target in (other.FirstOrDefault()?.Bare ?? throw new ScriptException("'|' needs a target")).Split(','))
                    others.Add(target, other[1..]);
            }
            expected.Add(new Expectation(kind, main, others));
        }
        return expected;
    }

    /// <summary>The words up to the next sign.</summary>
    static List<Word> Until(List<Word> words, ref int at)
    {
        int start = at;
        while (at < words.Count && words[at].Bare is not ("=" or "<" or ">" or "|" or "!closed" or "!silent"))
            at++;
        return words[start..at];
    }
}
