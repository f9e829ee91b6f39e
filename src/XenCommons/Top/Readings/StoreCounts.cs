using System.Text.Json;
using Xen.Protocol.Wire;
using XenCommons.Figures;

namespace XenCommons.Top.Readings;

/// <summary>What the store tells of itself.</summary>
/// <param name="Restarts">How often it was restarted.</param>
/// <param name="Requests">Of all clients and domains. Their writes and events are unknown.</param>
/// <param name="Used">Bytes of its file that are in use.</param>
sealed record StoreCounts(string Version, double? Restarts, RequestCounts Requests, double? Errors, double? Transactions, double? Watches,
    double? Used)
{
    internal static StoreCounts Of(JsonElement status) => new(Printable.Of(status.Text("version") ?? "?"), status.Number("restarts"),
        RequestCounts.Of(status), status.Number("errors"), status.Number("transactions"), status.Number("watches"),
        status.Number("bytes_in_use"));

    /// <summary>Whether the counters went on since an earlier reading. After a restart they begin at 0.</summary>
    internal bool GoesOnFrom(StoreCounts before) =>
        Restarts == before.Restarts && Version == before.Version && Requests.Requests >= before.Requests.Requests;
}
