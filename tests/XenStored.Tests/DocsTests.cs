using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace XenStored.Tests;

/// <summary>What pages say of other pages, of events and of options is so.</summary>
public sealed class DocsTests
{
    const int LongestLine = 140;
    static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));
    static readonly EnumerationOptions Everywhere = new() { RecurseSubdirectories = true };

    /// <summary>Each daemon's name and the folder of its sources.</summary>
    public static TheoryData<string, string> Programs { get; } = new()
    {
        { "xenstored", "XenStored" },
        { "xenconsoled", "XenConsoled" },
        { "xendomains", "XenDomains" },
        { "xenwatchdogd", "XenWatchdog" },
        { "xencommons", "XenCommons" },
    };

    [Fact]
    public void Each_relative_link_leads_to_a_file_and_to_a_heading_in_it()
    {
        var dead = new List<string>();
        foreach (string page in Pages())
        {
            string text = WithoutCode(File.ReadAllText(page));
            foreach (Match link in Regex.Matches(text, @"\]\((?<path>[^)#\s]*)(?:#(?<heading>[^)\s]*))?\)"))
            {
                string path = link.Groups["path"].Value;
                if (path.Contains("://", StringComparison.Ordinal))
                    continue;
                string target = path.Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, path));
                bool isThere = File.Exists(target) || Directory.Exists(target);
                if (!isThere || link.Groups["heading"] is { Success: true, Value: var heading } && !Headings(target).Contains(heading))
                    dead.Add($"{Path.GetRelativePath(Root, page)}: {link.Value}");
            }
        }
        Assert.Empty(dead);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("SECURITY.md")]
    [InlineData("docs/architecture.md")]
    [InlineData("docs/operations.md")]
    [InlineData("docs/glossary.md")]
    public void Prose_has_lines_that_fit_a_window(string page)
    {
        string[] lines = WithoutBlocks(Text(page)).Split('\n');
        Assert.DoesNotContain(lines, line => line.Length > LongestLine && !line.StartsWith('|'));
    }

    [Theory]
    [InlineData("xenstored", "XenStored")]
    [InlineData("xenconsoled", "XenConsoled")]
    [InlineData("xendomains", "XenDomains")]
    [InlineData("xenwatchdogd", "XenWatchdog")]
    public void The_events_of_operations_are_those_of_the_code_with_their_levels(string daemon, string folder) =>
        Assert.Equal(EventsOfCode(folder), EventsOfOperations(daemon));

    [Fact]
    public void The_catalog_tells_of_events_that_there_are()
    {
        string catalog = Text("catalog/xen-daemons.catalog");
        foreach (Match entry in Regex.Matches(catalog, @"^# (\w+)/(\d+)$", RegexOptions.Multiline))
            Assert.Contains(Number(entry.Groups[2].Value), EventsOfOperations(entry.Groups[1].Value).Keys);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void The_options_of_the_manual_page_are_those_of_the_code(string daemon, string folder)
    {
        string page = Text($"man/{daemon}.8").Replace("\\-", "-", StringComparison.Ordinal);
        var sources = Directory.EnumerateFiles(Path.Combine(Root, "src", folder), "*Options.cs", Everywhere);
        var options = Options(string.Concat(sources.Select(File.ReadAllText)));
        Assert.NotEmpty(options);
        Assert.Subset(Options(page), options);
        // What begins a paragraph of its own is an option of ours; a page's prose may name those of other programs.
        var headings = Regex.Matches(page, @"^\.TP\n\.[BI]+ -.*", RegexOptions.Multiline).Select(heading => heading.Value);
        Assert.Subset(options, Options(string.Join('\n', headings)));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void The_manual_page_tells_the_status_for_wrong_usage(string daemon, string folder)
    {
        string told = First(Text($"man/{daemon}.8"), @"\.SH EXIT STATUS\n(.+)");
        Assert.Equal(First(Text($"src/{folder}/Program.cs"), @"WrongUsage = (\d+)"), First(told, @"(\d+):?[^\d.;]*wrong usage"));
    }

    static SortedDictionary<int, string> EventsOfCode(string folder)
    {
        var events = new SortedDictionary<int, string>();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Root, "src", folder), "*Log.cs", Everywhere))
            foreach (Match found in Regex.Matches(File.ReadAllText(file), @"\[LoggerMessage\((\d+), LogLevel\.(\w+)"))
                events.Add(Number(found.Groups[1].Value), found.Groups[2].Value is "Information" ? "info" : Small(found.Groups[2].Value));
        return events;
    }

    // A row is "| 9, 10 | warning, info | …": one level for all of its events, or one for each.
    static SortedDictionary<int, string> EventsOfOperations(string daemon)
    {
        string section = First(Text("docs/operations.md"), $"(?ms)^# {daemon}\n(.*?)(?=^# |\\z)");
        var events = new SortedDictionary<int, string>();
        foreach (Match row in Regex.Matches(section, @"^\| (\d+(?:, \d+)*) \| ([a-z, ]+) \|", RegexOptions.Multiline))
        {
            string[] numbers = row.Groups[1].Value.Split(", "), levels = row.Groups[2].Value.Split(", ");
            for (int i = 0; i < numbers.Length; i++)
                events.Add(Number(numbers[i]), levels[Math.Min(i, levels.Length - 1)]);
        }
        return events;
    }

    static HashSet<string> Options(string text) => [.. Regex.Matches(text, "--[a-z][a-z-]+").Select(option => option.Value)];

    static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Root, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", Everywhere))
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "bench"), "*.md"));

    static string Text(string path) => File.ReadAllText(Path.Combine(Root, path));

    static string First(string text, string pattern) => Regex.Match(text, pattern).Groups[1].Value;

    static string Small(string word) => char.ToLowerInvariant(word[0]) + word[1..];

    static string WithoutBlocks(string text) => Regex.Replace(text, "(?ms)^```.*?^```", "");

    static string WithoutCode(string text) => Regex.Replace(WithoutBlocks(text), "`[^`\n]*`", "");

    // A heading's anchor: small letters, hyphens for spaces, no other marks. The second of one name has -1.
    static HashSet<string> Headings(string page)
    {
        var anchors = new HashSet<string>();
        foreach (Match heading in Regex.Matches(WithoutBlocks(File.ReadAllText(page)), @"^#+ (.+)$", RegexOptions.Multiline))
        {
            string anchor = Regex.Replace(heading.Groups[1].Value.ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-');
            for (int again = 0; !anchors.Add(again == 0 ? anchor : $"{anchor}-{again}");)
                again++;
        }
        return anchors;
    }

    static string Here([CallerFilePath] string path = "") => path;
}
