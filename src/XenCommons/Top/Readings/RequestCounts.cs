using System.Text.Json;
using XenCommons.Figures;

namespace XenCommons.Top.Readings;

/// <summary>Counts of a client's or a domain's requests, or what became of them in a second; null: unknown.</summary>
/// <param name="Requests">All requests.</param>
/// <param name="Writes">Those that would change nodes.</param>
/// <param name="Again">Those that were answered with EAGAIN.</param>
/// <param name="Events">Events of watches that it was sent.</param>
readonly record struct RequestCounts(double? Requests, double? Writes, double? Again, double? Events)
{
    internal static RequestCounts Of(JsonElement status) =>
        new(status.Number("requests"), status.Number("writes"), status.Number("eagain"), status.Number("events"));

    /// <summary>What became of them in each second since an earlier reading.</summary>
    internal RequestCounts Since(RequestCounts? before, double seconds) => before is not { } earlier ? default
        : new(Rate.Of(earlier.Requests, Requests, seconds), Rate.Of(earlier.Writes, Writes, seconds),
            Rate.Of(earlier.Again, Again, seconds), Rate.Of(earlier.Events, Events, seconds));
}
