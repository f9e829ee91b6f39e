namespace Xen.Conformance;

/// <summary>The table of everything in which our daemon differs from Debian's C xenstored 4.17, taken from the scripts.</summary>
static class Differences
{
    const string Peer = "c417";

    internal static string Table(IEnumerable<Rule> rules)
    {
        var rows = rules.SelectMany(Rows);
        return string.Join('\n', (IEnumerable<string>)
        [
            "# Differences to Debian's C xenstored 4.17",
            "",
            "Made from `scripts/*.xs` by `UPDATE_DIFFERENCES=1 dotnet test tests/Conformance`; a test compares it.",
            "",
            "| rule | ours | 4.17 | reason |",
            "|---|---|---|---|",
            .. rows,
            "",
        ]);
    }

    /// <summary>Rules that answer otherwise on the peer without saying why.</summary>
    internal static IEnumerable<Rule> Unexplained(IEnumerable<Rule> rules) =>
        rules.Where(rule => !rule.NotPlayed.ContainsKey(Peer) && rule.Because.ContainsKey(Peer) != Differing(rule).Any());

    static IEnumerable<string> Rows(Rule rule)
    {
        if (rule.NotPlayed.TryGetValue(Peer, out string? reason))
            yield return Row(rule, "as the rule says", "not played", reason);
        else if (Differing(rule).ToList() is { Count: > 0 } differing)
            yield return Row(rule, Answers(differing, x => x.Words), Answers(differing, x => x.For(Peer)),
                rule.Because.GetValueOrDefault(Peer, ""));
    }

    static IEnumerable<(Step Step, Expectation Expected)> Differing(Rule rule) =>
        from step in rule.Steps
        from expected in step.Expected
        where expected.Else.ContainsKey(Peer)
        select (step, expected);

    static string Answers(IEnumerable<(Step Step, Expectation Expected)> differing, Func<Expectation, IReadOnlyList<Word>> words) =>
        string.Join("; ", differing
            .Select(pair => $"{pair.Step.Request.FirstOrDefault()} "
                + $"`{(pair.Expected.Kind == Kind.Reply ? "=" : "<")} {string.Join(' ', words(pair.Expected))}`")
            .Select(answer => answer.Trim())
            .Distinct());

    static string Row(Rule rule, string ours, string theirs, string reason) =>
        $"| {rule.Title} ({rule.File}) | {ours} | {theirs} | {reason} |";
}
