using System.Text.RegularExpressions;

namespace Repository;

/// <summary>The files and folders that manual pages and docs tell of are those of the code.</summary>
public sealed class PathTests
{
    const string Absolute = @"(?<![\w./~:%-])/(?:run|etc|var|usr|proc|dev|sys|nix)(?:/[\w.@-]*\w)+";

    const string Owned = @"^/(run|var)(/[\w.-]+)*/[\w.-]*xen[\w./-]*$";

    public static TheoryData<string> Programs => [.. Daemons.Names];

    [Theory]
    [MemberData(nameof(Programs))]
    public void Paths_of_the_manual_page_are_those_of_the_code(string program)
    {
        var known = new KnownPaths(program);
        var told = Regex.Matches(Manual.Of(program).Text, Absolute).Select(found => found.Value);
        Rule.Holds(told.Where(path => !known.Has(path)), $"man/{program}.8 tells of a path that the code of {program} does not have");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Files_of_operations_are_those_of_the_code(string program)
    {
        var known = new KnownPaths(program);
        Rule.Holds(OfOperations(program).Where(path => !known.Has(path)),
            $"docs/operations.md lists a file that the code of {program} does not have");
    }

    // What it makes itself has our or Xen's name in it, and lies where programs keep what they make.
    [Theory]
    [MemberData(nameof(Programs))]
    public void What_the_code_has_in_run_and_var_is_told(string program)
    {
        string told = Manual.Of(program).Text + Daemons.Operations(program);
        var owned = Daemons.Literals(Daemons.SourcesOf(program)).Where(text => Regex.IsMatch(text, Owned));
        Rule.Holds(owned.Where(path => !told.Contains(path, StringComparison.Ordinal)),
            $"neither man/{program}.8 nor docs/operations.md tells of a path of {program}");
    }

    // The table's first column. Where it names several, the later ones are in the folder of the first.
    static IEnumerable<string> OfOperations(string program)
    {
        string table = Regex.Match(Daemons.Operations(program), @"(?s)## Files\n(.*?)(?=\n## |\z)").Groups[1].Value;
        foreach (Match row in Regex.Matches(table, @"^\| (`/[^|]+) \|", RegexOptions.Multiline))
        {
            string[] names = [.. Regex.Matches(row.Groups[1].Value, "`([^`]+)`").Select(name => name.Groups[1].Value.TrimEnd('/'))];
            foreach (string name in names)
                yield return name.StartsWith('/') ? name : Files.FolderOf(names[0]) + "/" + name;
        }
    }
}
