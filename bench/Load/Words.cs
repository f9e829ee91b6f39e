using Load.Report;
using Load.Scenarios;

namespace Load;

/// <summary>Words of the command line that play nothing.</summary>
static class Words
{
    /// <summary>The names of the scenarios of a script; null: the word is another one.</summary>
    public static IEnumerable<string>? NamesOf(string word) => word switch
    {
        "scenarios" => [.. Plays.OfStores.Keys, "start"],
        "consoles" => Plays.OfConsoles.Keys,
        "growth" => Growth.Names,
        _ => null,
    };

    /// <summary>What prints a file of collected lines; null: the word is another one.</summary>
    public static Action<string>? ReportOf(string word) => word switch
    {
        "report" => Table.Print,
        "growth-report" => file => GrowthFigures.Of(file).Print(),
        "picture" => Picture.Print,
        _ => null,
    };
}
