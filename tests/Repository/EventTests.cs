using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xen.Hosting.Logging;

namespace Repository;

/// <summary>The events that docs and the journal's catalog tell of are those that the code logs.</summary>
public sealed class EventTests
{
    // xencommons logs nothing: it prints.
    public static TheoryData<string> Programs => [.. Daemons.Names.Where(name => OfCode(name).Count > 0)];

    [Theory]
    [MemberData(nameof(Programs))]
    public void The_events_of_operations_are_those_of_the_code_with_their_levels(string program) =>
        Assert.Equal(OfCode(program), OfOperations(program));

    [Fact]
    public void No_event_of_operations_is_of_a_program_that_logs_none() =>
        Assert.All(Daemons.Names.Where(name => OfCode(name).Count == 0), name => Assert.Empty(OfOperations(name)));

    // What journalctl -x tells of lines that an administrator must act on.
    [Fact]
    public void Each_entry_of_the_catalog_has_the_id_of_its_event_and_says_what_to_do()
    {
        string text = Files.Text("catalog/xen-daemons.catalog");
        const string Entry = """
            ^# (?<daemon>\w+)/(?<event>\d+)
            -- (?<id>[0-9a-f]{32})
            Subject: .+
            Defined-By: (?<by>\w+)
            Documentation: man:.+

            (?<text>[^#]+)
            """;
        var entries = Regex.Matches(text, Entry, RegexOptions.Multiline);
        Assert.Equal(Regex.Count(text, "^-- ", RegexOptions.Multiline), entries.Count);
        foreach (Match entry in entries)
        {
            string daemon = entry.Groups["daemon"].Value;
            int number = Number(entry.Groups["event"].Value);
            Assert.Contains(number, OfCode(daemon).Keys);
            Assert.Equal(JournalSink.MessageId(daemon, number), entry.Groups["id"].Value);
            Assert.Equal(daemon, entry.Groups["by"].Value);
            Assert.Contains("\n\n", entry.Groups["text"].Value.TrimEnd(), StringComparison.Ordinal); // what it is, and what to do
        }
    }

    static SortedDictionary<int, string> OfCode(string program)
    {
        var events = new SortedDictionary<int, string>();
        var attributes = Daemons.SourcesOf(program).SelectMany(source => source.Syntax.DescendantNodes().OfType<AttributeSyntax>());
        foreach (var attribute in attributes.Where(attribute => attribute.Name.ToString() == "LoggerMessage"))
        {
            var words = attribute.ArgumentList!.Arguments;
            string level = ((MemberAccessExpressionSyntax)words[1].Expression).Name.Identifier.Text;
            events.Add(Number(words[0].ToString()), level == "Information" ? "info" : level.ToLowerInvariant());
        }
        return events;
    }

    // A row is "| 9, 10 | warning, info | …": one level for all of its events, or one for each.
    static SortedDictionary<int, string> OfOperations(string program)
    {
        var events = new SortedDictionary<int, string>();
        foreach (Match row in Regex.Matches(Daemons.Operations(program), @"^\| (\d+(?:, \d+)*) \| ([a-z, ]+) \|", RegexOptions.Multiline))
        {
            string[] numbers = row.Groups[1].Value.Split(", "), levels = row.Groups[2].Value.Split(", ");
            for (int i = 0; i < numbers.Length; i++)
                events.Add(Number(numbers[i]), levels[Math.Min(i, levels.Length - 1)]);
        }
        return events;
    }

    static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
}
