using System.Globalization;
using Load.Scenarios;

namespace Load.Report;

/// <summary>What the scenarios of growth found: medians over the rounds, by peer, kind of growth, figure and size.</summary>
sealed class GrowthFigures
{
    /// <summary>What grows, and what it is called.</summary>
    public static readonly (string Key, string Name)[] Kinds =
        [("domains", "domains, each with 50 nodes and 6 watches"), ("nodes", "nodes")];

    /// <summary>What is measured, and its unit.</summary>
    public static readonly (string Key, string Name, string Unit)[] All =
    [
        ("cpu", "server CPU of a READ or WRITE", "µs"), ("memory", "RSS", "MB"), ("update", "longest READ in a live update", "ms"),
        ("stall", "worst READ beside a client that makes and removes 50 nodes", "ms"),
    ];

    readonly Dictionary<(string Peer, string Scenario, string Figure), double> medians;

    GrowthFigures(Dictionary<(string, string, string), double> medians, string[] peers) => (this.medians, Peers) = (medians, peers);

    public string[] Peers { get; }

    /// <summary>Reads the lines that <see cref="Table.Print"/> reads.</summary>
    public static GrowthFigures Of(string file)
    {
        string[][] lines = [.. File.ReadLines(file).Select(line => line.Split('\t'))];
        var medians = from line in lines
                      group double.Parse(line[4], CultureInfo.InvariantCulture) by (line[1], line[2], line[3]) into values
                      select (values.Key, Value: Median.Of(values));
        return new(medians.ToDictionary(one => one.Key, one => one.Value), [.. lines.Select(line => line[1]).Distinct()]);
    }

    /// <summary>The sizes of a kind.</summary>
    public static int[] Sizes(string kind) =>
    [
        .. from name in Growth.Names
           where name.StartsWith($"growth-{kind}-", StringComparison.Ordinal)
           select int.Parse(name.AsSpan(name.LastIndexOf('-') + 1), CultureInfo.InvariantCulture),
    ];

    /// <summary>Null: the peer does not do that, or in one of the rounds not within the time allowed, or it failed.</summary>
    public double? Find(string peer, string kind, string figure, int size) =>
        !HasFailed(peer, kind, size) && Of(peer, kind, figure, size) is { } value && !double.IsNaN(value) ? value : null;

    /// <summary>A markdown table for each kind.</summary>
    public void Print()
    {
        foreach (var (kind, name) in Kinds)
        {
            int[] sizes = Sizes(kind);
            var heads = sizes.Select(size => size.ToString("N0", Table.Culture));
            Console.WriteLine($"| {name} | | {string.Join(" | ", heads)} | last / first |");
            Console.WriteLine($"|---|---|{string.Concat(sizes.Select(_ => "---:|"))}---:|");
            foreach (var (key, figure, unit) in All)
                foreach (string peer in Peers)
                {
                    double?[] row = [.. sizes.Select(size => Find(peer, kind, key, size))];
                    string ratio = row is [{ } first, .., { } last] ? Table.Format(last / first) : "–";
                    var cells = sizes.Select(size => Show(peer, kind, key, size));
                    Console.WriteLine($"| {figure}, {unit} | {peer} | {string.Join(" | ", cells)} | {ratio} |");
                }
            Console.WriteLine();
        }
    }

    bool HasFailed(string peer, string kind, int size) => medians.ContainsKey((peer, $"growth-{kind}-{size}", "failed"));

    string Show(string peer, string kind, string figure, int size) =>
        HasFailed(peer, kind, size) ? "failed"
        : Of(peer, kind, figure, size) is not { } value ? "–"
        : double.IsNaN(value) ? "not done" : Table.Format(value);

    double? Of(string peer, string kind, string figure, int size) =>
        medians.TryGetValue((peer, $"growth-{kind}-{size}", figure), out double value) ? value : null;
}
