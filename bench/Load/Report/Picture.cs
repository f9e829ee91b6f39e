using System.Globalization;
using System.Text;

namespace Load.Report;

/// <summary>
/// The growth of the stores as a picture (SVG): a panel for each kind and figure, with a line for each store. Both axes are logarithmic.
/// </summary>
static class Picture
{
    const int Width = 280, Height = 170, Left = 56, Top = 34, Across = Left + Width + 20, Down = Top + Height + 46;
    static readonly Dictionary<string, string> Colours = new() { ["ours"] = "#0066cc", ["c417"] = "#c9190b", ["oxen"] = "#f0ab00" };

    public static void Print(string file)
    {
        var figures = GrowthFigures.Of(file);
        int columns = GrowthFigures.All.Length;
        var svg = new StringBuilder();
        svg.AppendLine("""<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="11" """);
        svg.AppendLine(CultureInfo.InvariantCulture, $"""viewBox="0 0 {columns * Across} {GrowthFigures.Kinds.Length * Down + 30}">""");
        svg.AppendLine("""<rect width="100%" height="100%" fill="white"/>""");
        foreach (var (row, (kind, name)) in GrowthFigures.Kinds.Index())
            foreach (var (column, figure) in GrowthFigures.All.Index())
                Panel(svg, figures, (kind, name), figure, column * Across + Left, row * Down + Top);
        foreach (var (at, peer) in figures.Peers.Index())
            svg.AppendLine(CultureInfo.InvariantCulture,
                $"""<text x="{Left + at * 90}" y="{GrowthFigures.Kinds.Length * Down + 16}" fill="{Colour(peer)}">— {peer}</text>""");
        svg.Append("</svg>");
        Console.WriteLine(svg);
    }

    static void Panel(StringBuilder svg, GrowthFigures figures, (string Key, string Name) kind,
        (string Key, string Name, string Unit) figure, int x, int y)
    {
        int[] sizes = GrowthFigures.Sizes(kind.Key);
        var lines = figures.Peers.Select(peer => (Peer: peer, Points: (List<(int Size, double Value)>)
            [.. from size in sizes
                let value = figures.Find(peer, kind.Key, figure.Key, size)
                where value > 0
                select (size, value.Value)])).Where(line => line.Points.Count > 0).ToList();
        var values = lines.SelectMany(line => line.Points.Select(point => point.Value)).DefaultIfEmpty(1).ToList();
        double low = Math.Floor(Math.Log10(values.Min())), high = Math.Max(Math.Ceiling(Math.Log10(values.Max())), low + 1);
        double X(int size) => x + Width * Math.Log((double)size / sizes[0]) / Math.Log((double)sizes[^1] / sizes[0]);
        double Y(double value) => y + Height * (high - Math.Log10(value)) / (high - low);

        Text(svg, x, y - 18, "#151515", $"{figure.Name}, {figure.Unit}");
        Text(svg, x, y - 5, "#6a6e73", "by " + kind.Name);
        for (double power = low; power <= high; power++)
        {
            double at = Y(Math.Pow(10, power));
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<path d="M{x} {at:0.#}h{Width}" stroke="#d2d2d2"/>""");
            Text(svg, x - 5, at + 4, "#6a6e73", Math.Pow(10, power).ToString("#,0.###", CultureInfo.InvariantCulture), "end");
        }
        foreach (int size in sizes)
            Text(svg, X(size), y + Height + 15, "#6a6e73", size.ToString("N0", CultureInfo.InvariantCulture), "middle");
        foreach (var (peer, points) in lines)
        {
            svg.AppendLine(CultureInfo.InvariantCulture,
                $"""<polyline fill="none" stroke="{Colour(peer)}" stroke-width="2" points="{string.Join(' ', points.Select(Point))}"/>""");
            foreach (var point in points)
                svg.AppendLine(CultureInfo.InvariantCulture,
                    $"""<circle cx="{X(point.Size):0.#}" cy="{Y(point.Value):0.#}" r="3" fill="{Colour(peer)}"/>""");
        }

        string Point((int Size, double Value) point) =>
            string.Create(CultureInfo.InvariantCulture, $"{X(point.Size):0.#},{Y(point.Value):0.#}");
    }

    static void Text(StringBuilder svg, double x, double y, string colour, string text, string anchor = "start") =>
        svg.AppendLine(CultureInfo.InvariantCulture,
            $"""<text x="{x:0.#}" y="{y:0.#}" fill="{colour}" text-anchor="{anchor}">{text}</text>""");

    static string Colour(string peer) => Colours.GetValueOrDefault(peer, "#3e8635");
}
