namespace XenDomains.Configuration;

/// <summary>
/// Words of a setting that are passed to a command of xl. Files for older toolstacks have options that xl does not know, and xl would
/// refuse the whole command. Such a word is left out and reported.
/// </summary>
/// <param name="Kept">Words that are passed to the command.</param>
/// <param name="Unknown">Words that the command does not have.</param>
sealed record XlWords(IReadOnlyList<string> Kept, IReadOnlyList<string> Unknown)
{
    static readonly char[] Blanks = [' ', '\t', '\r', '\n'];

    /// <summary>
    /// Sorts the words of xl shutdown. None is ever passed on: each guest is asked alone, with its ACPI button, and xendomains itself
    /// waits.
    /// </summary>
    internal static XlWords OfShutdown(string text) => Sort(text, "aFw", "", ["all", "wait"], takesOthers: false);

    /// <summary>Sorts the words of xl migrate: the host, and options before or after it.</summary>
    internal static XlWords OfMigrate(string text) => Sort(text, "FepD", "Cs", ["debug", "live"], takesOthers: true);

    /// <summary>The host of a migration: the first word that is neither an option nor an option's value.</summary>
    internal string? Host =>
        Kept.Where((word, at) => !word.StartsWith('-') && (at == 0 || Kept[at - 1] is not ("-C" or "-s"))).FirstOrDefault();

    // An option may be a letter, letters together, a letter with its value, a name, or a beginning of a name that fits only that name.
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
