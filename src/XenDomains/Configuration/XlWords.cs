namespace XenDomains.Configuration;

/// <summary>
/// Words of settings that go to a command of xl. Files that were written for an older toolstack have options that xl does not know, and xl
/// refuses the whole command then: such a word is left out and named.
/// </summary>
/// <param name="Kept">What the command is given.</param>
/// <param name="Unknown">What it does not have.</param>
sealed record XlWords(IReadOnlyList<string> Kept, IReadOnlyList<string> Unknown)
{
    static readonly char[] Blanks = [' ', '\t', '\r', '\n'];

    /// <summary>
    /// Those of xl shutdown. None is ever passed on: each guest is asked alone, with its ACPI button, and waited for here.
    /// </summary>
    internal static XlWords OfShutdown(string text) => Sort(text, "aFw", "", ["all", "wait"], takesOthers: false);

    /// <summary>Those of xl migrate: the host, and options before or after it.</summary>
    internal static XlWords OfMigrate(string text) => Sort(text, "FepD", "Cs", ["debug", "live"], takesOthers: true);

    /// <summary>The first word that is neither an option nor an option's value: the host of a migration.</summary>
    internal string? Host =>
        Kept.Where((word, at) => !word.StartsWith('-') && (at == 0 || Kept[at - 1] is not ("-C" or "-s"))).FirstOrDefault();

    // An option may be a letter, letters together, a letter with its value, or a name and each beginning of it that is only that name's.
    static XlWords Sort(string text, string letters, string lettersWithValue, string[] names, bool takesOthers)
    {
        var kept = new List<string>();
        var unknown = new List<string>();
        bool isValue = false;
        foreach (string word in text.Split(Blanks, StringSplitOptions.RemoveEmptyEntries))
        {
            bool isKnown = isValue || word switch
            {
                ['-', '-', _, ..] => names.Count(name => name.StartsWith(word[2..], StringComparison.Ordinal)) == 1,
                ['-', .. { Length: > 0 } some] =>
                    some.TakeWhile(letter => !lettersWithValue.Contains(letter, StringComparison.Ordinal))
                        .All(letter => letters.Contains(letter, StringComparison.Ordinal)),
                _ => takesOthers,
            };
            isValue = !isValue && isKnown && word is ['-', not '-', ..] && lettersWithValue.Contains(word[^1], StringComparison.Ordinal)
                && word[1..].IndexOfAny(lettersWithValue.ToCharArray()) == word.Length - 2;
            (isKnown ? kept : unknown).Add(word);
        }
        return new(kept, unknown);
    }
}
