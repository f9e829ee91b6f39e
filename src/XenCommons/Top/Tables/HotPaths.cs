using System.Text.Json;
using Xen.Protocol.Wire;
using XenCommons.Figures;

namespace XenCommons.Top.Tables;

/// <summary>The paths that a domain's requests name most often, as the store has sampled them.</summary>
/// <param name="Seconds">For how long it has been sampled.</param>
/// <param name="Requests">The domain's requests that name a path.</param>
/// <param name="Paths">Each path with the requests that it was in, and those of them that would change it.</param>
sealed record HotPaths(int Domid, double Seconds, double Requests, IReadOnlyList<(string Path, double Requests, double Writes)> Paths)
{
    static readonly TopHeading[] Headings =
    [
        new("share", "SHARE", 6), new("requests", "REQ/s", 6), new("writes", "WRITE/s", 7),
        new("path", "PATH", 58, IsText: true, Grows: true),
    ];

    internal static HotPaths Of(JsonElement status) => new((int)(status.Number("domid") ?? 0), (status.Number("ms") ?? 0) / 1000,
        status.Number("requests") ?? 0,
        [.. status.List("paths").Select(path => (Name(path.Text("path")), path.Number("requests") ?? 0, path.Number("writes") ?? 0))]);

    /// <summary>The most frequent path first.</summary>
    internal TopTable Table() => new(Headings, [.. Paths.Index().Select(path => Line(path.Index, path.Item))]);

    TopLine Line(int index, (string Path, double Requests, double Writes) one)
    {
        double share = Requests > 0 ? Math.Min(100 * one.Requests / Requests, 100) : 0;
        return new(index, one.Path,
        [
            new(Amount.OfPercent(share), share), Each(one.Requests), Each(one.Writes), new(one.Path),
        ]);
    }

    TopCell Each(double number) => Seconds > 0 ? new(Amount.Of(number / Seconds), number / Seconds) : new("-");

    static string Name(string? path) => string.IsNullOrEmpty(path) ? "(what is no path)" : Printable.Of(path);
}
