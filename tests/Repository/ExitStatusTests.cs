using System.Globalization;
using System.Text.RegularExpressions;

namespace Repository;

/// <summary>The exit statuses that manual pages, help texts and docs tell of are those with which the code can end.</summary>
public sealed class ExitStatusTests
{
    public static TheoryData<string> Programs => [.. Daemons.Names];

    [Theory]
    [MemberData(nameof(Programs))]
    public void The_manual_page_tells_the_statuses_of_the_code(string program)
    {
        var page = Manual.Of(program);
        var ends = ExitStatuses.Of(program);
        var told = Clauses(page.Section("EXIT STATUS")).Concat(Sentences(page.Text)).ToHashSet();
        Rule.Holds(Words(ends.Except(told)), $"{program} can end with a status of which {page.Path} does not tell");
        Rule.Holds(Words(told.Except(ends)), $"{page.Path} tells of a status with which {program} never ends");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Help_tells_only_statuses_of_the_code(string program)
    {
        string help = Daemons.Help(program);
        var told = Regex.Matches(help, @"Exit status: ((?:.+\n?)+)").SelectMany(found => Clauses(found.Groups[1].Value)).ToList();
        Assert.Contains(0, told);
        Rule.Holds(Words(told.Except(ExitStatuses.Of(program))), $"{program} --help tells of a status with which it never ends");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Operations_tells_only_statuses_of_the_code(string program) =>
        Rule.Holds(Words(Sentences(Daemons.Operations(program)).Except(ExitStatuses.Of(program))),
            $"docs/operations.md tells of a status with which {program} never ends");

    // "0: ended as asked. 1: could not start", "check: 0 nothing; 1 warnings", "status: 0 all is well, 1 none runs".
    static IEnumerable<int> Clauses(string text) => Numbers(text, @"(?:^|[.;:,]\s+)(\d+):?\s");

    // "exits with 0 (nothing), 1 (warnings) or 2 (errors)", "with status 0, or with 1 if", "Status 3 if guests were never started, 1 if".
    static IEnumerable<int> Sentences(string text) =>
        Numbers(text, @"(?:\b[Ss]tatus(?: is)?|\bexits with|\bends with) (\d+)\b")
            .Concat(Numbers(text, @"(?<=\b(?:[Ss]tatus|exits with) \d+\b[^.;]*(?:,| or| or with) )(\d+)\b"))
            .Concat(Regex.Matches(text, @"Exit status: ([^.]+)").SelectMany(found => Clauses(found.Groups[1].Value)));

    static IEnumerable<int> Numbers(string text, string pattern) =>
        Regex.Matches(text, pattern).Select(found => int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture));

    static IEnumerable<string> Words(IEnumerable<int> statuses) => statuses.Select(status => status.ToString(CultureInfo.InvariantCulture));
}
