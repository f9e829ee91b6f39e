using System.Diagnostics;
using System.Text.RegularExpressions;
using Xen.Support;

namespace Repository;

/// <summary>What pages and scripts tell of the sources is there: rooms, types and files.</summary>
public sealed class MapTests
{
    // A type's name in prose: capitals within a word, perhaps with a member after a dot.
    const string TypeName = @"[A-Z][a-z][a-zA-Z]*(?:\.[A-Z][a-zA-Z]*)*";

    static readonly Lazy<HashSet<string>> Words = new(() =>
        [.. Source.All.SelectMany(source => source.Syntax.DescendantTokens().Select(token => token.Text))]);

    public static TheoryData<string> Maps => [.. Pages.All];

    [Fact]
    public void The_layout_in_CONTRIBUTING_names_every_room()
    {
        string layout = Regex.Match(Files.Text("CONTRIBUTING.md"), @"(?s)## Layout\n(.*?)\n## ").Groups[1].Value;
        var missing = from room in Rooms.All
                      let program = room.Name.Split('/')[0]
                      where room.Name != program
                      let part = Regex.Match(layout, $@"(?s)\bsrc/{program}/ (.*?)(?=\n    \S|\z)").Groups[1].Value
                      where !Regex.IsMatch(part, $@"\b{Regex.Escape(room.Name.Split('/')[^1])}\b")
                      select $"src/{room.Name}";
        Rule.Holds(missing, "CONTRIBUTING.md does not name a room in its layout");
    }

    [Fact]
    public void The_table_in_architecture_has_the_rooms_of_xenstored_in_their_order()
    {
        string table = Regex.Match(Files.Text("docs/architecture.md"), @"(?s)## Rooms\n(.*?)\n\n[^|]*\Z|## Rooms\n(.*?)\n\nA room").Value;
        var told = Regex.Matches(table, @"(?m)^\|([^|]*)\|").SelectMany(row => Regex.Matches(row.Groups[1].Value, "`([A-Z][\\w/]*)`"))
            .Select(name => name.Groups[1].Value);
        var rooms = Rooms.All.Where(room => room.Name.StartsWith("XenStored/", StringComparison.Ordinal));
        Assert.Equal(rooms.Select(room => room.Name["XenStored/".Length..]), told);
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void Types_that_a_page_names_are_in_the_sources(string page)
    {
        var unknown = from name in Code(page)
                      where Regex.IsMatch(name, $@"^{TypeName}(\(\))?$")
                      where name.TrimEnd('(', ')').Split('.').Any(word => !Words.Value.Contains(word))
                      select $"{page}: {name}";
        Rule.Holds(unknown, "a page names a type or a member that no source has");
    }

    // As `Store/XenStore` or `Connections/Outbox.cs`: a folder of any depth, and a file of C# in it.
    [Theory]
    [MemberData(nameof(Maps))]
    public void Files_of_sources_that_a_page_names_are_there(string page)
    {
        var all = Source.All.Select(source => "/" + source.Path[..^".cs".Length]).ToList();
        var unknown = from name in Code(page)
                      let file = Regex.Match(name, $@"^(?<path>(?:[\w.]+/)+{TypeName})$|^(?<path>[\w./]+)\.cs$").Groups["path"]
                      where file.Success
                      where !all.Any(path => path.EndsWith("/" + file.Value, StringComparison.Ordinal))
                      where !all.Any(path => path.Contains($"/{file.Value}/", StringComparison.Ordinal)) // a folder
                      where !Directory.Exists(Checkout.Path(file.Value))
                      select $"{page}: {name}";
        Rule.Holds(unknown, "a page names a file that is not there: did it move?");
    }

    // A rule that is broken nowhere proves nothing, and `make mutants` takes hours to say so.
    [Fact]
    public void Each_mutant_changes_its_file()
    {
        string script = Files.Text("tests/mutants.sh");
        var variables = Regex.Matches(script, @"(?m)^(\w+)=(src/\S+)$")
            .ToDictionary(one => "$" + one.Groups[1].Value, one => one.Groups[2].Value);
        var mutants = Regex.Matches(script, @"(?m)^(?:mutant|domains|watchdog|kills) '(?<what>[^']*)' (?<file>\S+) '(?<sed>[^']*)'$");
        Assert.True(mutants.Count > 30, $"only {mutants.Count} mutants were found in tests/mutants.sh");
        var still = from mutant in mutants
                    let named = mutant.Groups["file"].Value
                    let file = variables.GetValueOrDefault(named, named)
                    where !File.Exists(Checkout.Path(file)) || Edited(file, mutant.Groups["sed"].Value) == Files.Text(file)
                    select $"{mutant.Groups["what"].Value}: {file}";
        Rule.Holds(still, "a mutant of tests/mutants.sh does not change its file: what it replaces has moved");
    }

    static string Edited(string file, string expression)
    {
        using var sed = Process.Start(new ProcessStartInfo("sed", [expression, Checkout.Path(file)]) { RedirectStandardOutput = true })!;
        return sed.StandardOutput.ReadToEnd();
    }

    static IEnumerable<string> Code(string page) =>
        Regex.Matches(Regex.Replace(Files.Text(page), "(?ms)^```.*?^```", ""), "`([^`\n]+)`").Select(code => code.Groups[1].Value);
}
