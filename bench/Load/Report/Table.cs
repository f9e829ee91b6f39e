using System.Globalization;

namespace Load.Report;

/// <summary>The markdown table of all figures: medians over the rounds.</summary>
static class Table
{
    const string No = "**no**";
    static readonly string[] Both = ["ours", "c417"];
    static readonly string[] Peers = [.. Both, "oxen", "echo"];

    public static CultureInfo Culture => CultureInfo.InvariantCulture;

    /// <summary>
    /// Reads lines "round, peer, scenario, figure, value, mark", tab separated; the figure is "failed" for a scenario that failed.
    /// </summary>
    public static void Print(string file)
    {
        string[][] lines = File.ReadLines(file).Select(line => line.Split('\t')).ToArray();
        string[] played = lines.Select(l => l[1]).Distinct().ToArray();
        string[] columns = [.. Peers.Where(p => Both.Contains(p) || played.Contains(p)), .. played.Except(Peers)];
        var cells = lines.GroupBy(l => (Peer: l[1], Scenario: l[2], Key: l[3])).ToDictionary(g => g.Key, g => new Cell(g));

        Console.WriteLine($"| figure | unit | {string.Join(" | ", columns)} | ours/c417 | aim | met? |");
        Console.WriteLine($"|---|---|{string.Concat(columns.Select(_ => "---:|"))}---:|---|---|");
        foreach (var figure in Figures.All.Concat(ConsoleFigures.All).Where(f => lines.Any(l => l[2] == f.Scenario)))
        {
            Cell? Of(string peer) => cells.GetValueOrDefault((peer, figure.Scenario, figure.Key));
            bool Failed(string peer) => cells.ContainsKey((peer, figure.Scenario, "failed"));
            string Show(string peer) => (Of(peer), Failed(peer)) switch
            {
                (null, var hasFailed) => hasFailed ? "failed" : "–",
                ({ } cell, true) => cell + ", failed once", // or more often: in another round
                ({ } cell, false) => cell.ToString(),
            };
            var ours = Of("ours");
            string ratio = ours is null || Of("c417") is not { Median: not 0 } c417 ? "–" : Format(ours.Median / c417.Median);
            string aims = figure.Aims.Length == 0 ? "" : string.Join(", ", figure.Aims.Select(a => a.ToString()));
            string met = string.Join(", ", figure.Aims.Select(
                a => Failed("ours") ? No : Judge(a, ours, a.Peer is null ? null : Of(a.Peer))));
            Console.WriteLine($"| {figure.Name} | {figure.Unit} | {string.Join(" | ", columns.Select(Show))} | {ratio} | {aims} | {met} |");
        }
    }

    static string Judge(Aim aim, Cell? ours, Cell? peer)
    {
        if (ours is null || (aim.Peer is not null && peer is null))
            return "–";
        return aim.IsMet(ours.Median, peer?.Median ?? 1) ? "yes" : No;
    }

    public static string Format(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1000 => value.ToString("N0", Culture),
        >= 100 => value.ToString("0", Culture),
        >= 10 => value.ToString("0.0", Culture),
        _ => value.ToString("0.00", Culture),
    };

    /// <summary>One peer's figure; "~" before it where a round was cut short and extrapolated.</summary>
    sealed class Cell
    {
        readonly bool cut;

        public Cell(IEnumerable<string[]> lines)
        {
            Median = Load.Median.Of(lines.Select(l => double.Parse(l[4], Culture)));
            cut = lines.Any(l => l[5].Length > 0);
        }

        public double Median { get; }

        public override string ToString() => (cut ? "~" : "") + Format(Median);
    }
}
