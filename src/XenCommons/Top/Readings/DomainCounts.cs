using System.Text.Json;
using Xen.Protocol.Wire;
using XenCommons.Figures;

namespace XenCommons.Top.Readings;

/// <summary>What is known of a domain at one moment. Each number may be unknown (null).</summary>
/// <param name="Name">What may be shown on a terminal; empty if it has no name.</param>
/// <param name="Requests">Of its ring. For domain 0 these are its kernel's.</param>
/// <param name="ThrottledMs">For how long the store did not read it.</param>
/// <param name="Quotas">Those that have a limit.</param>
/// <param name="Memory">The domain's memory in bytes.</param>
/// <param name="ConsoleBytes">Output of its consoles.</param>
/// <param name="ConsoleThrottledMs">For how long its consoles had to wait.</param>
sealed record DomainCounts(int Domid, string Name, RequestCounts Requests, double? ThrottledMs, IReadOnlyList<QuotaUse> Quotas,
    double? Memory, double? ConsoleBytes, double? ConsoleThrottledMs)
{
    const double MsOfUs = 1e-3;

    /// <param name="status">What the store tells of it.</param>
    /// <param name="consoles">What xenconsoled tells of its consoles.</param>
    internal static DomainCounts Of(JsonElement status, string name, double? memory, IEnumerable<JsonElement> consoles)
    {
        var all = consoles.ToList();
        return new((int)(status.Number("domid") ?? 0), Printable.Of(name), RequestCounts.Of(status), status.Number("throttled_ms"),
            [.. QuotasOf(status)], memory, Sum(all, "bytes_out", 1), Sum(all, "throttled_us", MsOfUs));
    }

    static IEnumerable<QuotaUse> QuotasOf(JsonElement status) =>
        from limit in status.Numbers("limits")
        let used = status.Number(limit.Name)
        where limit.Value > 0 && used is not null
        select new QuotaUse(Printable.Of(limit.Name), used.Value, limit.Value);

    // Null: there are no consoles, or none has it.
    static double? Sum(List<JsonElement> consoles, string member, double unit)
    {
        List<double> known = [.. consoles.Select(console => console.Number(member, unit)).OfType<double>()];
        return known.Count == 0 ? null : known.Sum();
    }
}
