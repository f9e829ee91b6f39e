namespace XenStored.Options;

/// <summary>The words of our command line that C xenstored knows as well.</summary>
static class IncumbentOptions
{
    const string WithValue = "EFSWtAMQqwT", WithoutValue = "NPKDRV";

    static readonly string[] LongWithValue =
    [
        "--entry-nb", "--pid-file", "--entry-size", "--watch-nb", "--transaction", "--perm-nb", "--path-max", "--quota", "--quota-soft",
        "--timeout", "--trace-file", "--event", "--master-domid", "--priv-domid",
    ];

    // The one of ours whose value may begin with a hyphen, and would be taken for an option of C's.
    const string OwnWithValue = "--trace-control";

    static readonly string[] LongWithoutValue =
        ["--no-fork", "--output-pid", "--keep-orphans", "--no-domain-init", "--no-recovery", "--verbose"];

    /// <summary>Those words of a valid command line.</summary>
    internal static List<string> From(IReadOnlyList<string> arguments)
    {
        var known = new List<string>();
        for (int i = 0; i < arguments.Count; i++)
        {
            string word = arguments[i], name = word.Split('=')[0];
            bool isLong = word.StartsWith("--", StringComparison.Ordinal), isShort = !isLong && word.Length > 1 && word[0] == '-';
            bool takesNext = isLong
                ? LongWithValue.Contains(word)
                : isShort && WithValue.Contains(word[^1], StringComparison.Ordinal) && word[1..^1].All(WithoutValue.Contains);
            if (word == OwnWithValue)
                i++;
            else if (isLong ? LongWithoutValue.Contains(word) || LongWithValue.Contains(name) : isShort && IsKnown(word[1..]))
                known.Add(word);
            if (takesNext && i + 1 < arguments.Count)
                known.Add(arguments[++i]);
        }
        return known;
    }

    // Letters without values, and then perhaps one with its value behind it.
    static bool IsKnown(string letters)
    {
        int plain = letters.TakeWhile(WithoutValue.Contains).Count();
        return plain == letters.Length || WithValue.Contains(letters[plain], StringComparison.Ordinal);
    }
}
