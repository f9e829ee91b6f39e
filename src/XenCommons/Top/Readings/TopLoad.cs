namespace XenCommons.Top.Readings;

/// <summary>What all of them do, from two readings.</summary>
/// <param name="Seconds">The time between the two; null: there is no earlier one.</param>
/// <param name="Rates">What the requests of the store were in each second.</param>
/// <param name="ErrorRate">Errors in each second.</param>
sealed record TopLoad(TopReading Now, double? Seconds, RequestCounts Rates, double? ErrorRate, IReadOnlyList<DomainLoad> Domains,
    IReadOnlyList<ClientLoad> Clients)
{
    const double PerCentOfMs = 0.1; // 1 ms in each second

    /// <param name="before">Null: this is the first reading, and nothing has a rate.</param>
    internal static TopLoad Of(TopReading? before, TopReading now)
    {
        double seconds = before is null ? 0 : (now.At - before.At) / 1000.0;
        var store = before is not null && now.Store.GoesOnFrom(before.Store) ? before : null;
        return new(now, before is null ? null : seconds, now.Store.Requests.Since(store?.Store.Requests, seconds),
            Rate.Of(store?.Store.Errors, now.Store.Errors, seconds),
            [.. now.Domains.Values.OrderBy(domain => domain.Domid).Select(domain => Of(store, before, domain, seconds))],
            [.. now.Clients.Values.OrderBy(client => client.Id).Select(client =>
                new ClientLoad(client, client.Requests.Since(store?.Clients.GetValueOrDefault(client.Id)?.Requests, seconds)))]);
    }

    // Consoles are another daemon's: their counters go on when the store begins anew.
    static DomainLoad Of(TopReading? store, TopReading? consoles, DomainCounts now, double seconds)
    {
        var (before, console) = (store?.Domains.GetValueOrDefault(now.Domid), consoles?.Domains.GetValueOrDefault(now.Domid));
        return new(now, now.Requests.Since(before?.Requests, seconds),
            Rate.Of(console?.ConsoleBytes, now.ConsoleBytes, seconds),
            Rate.Of(before?.ThrottledMs, now.ThrottledMs, seconds) * PerCentOfMs,
            Rate.Of(console?.ConsoleThrottledMs, now.ConsoleThrottledMs, seconds) * PerCentOfMs);
    }
}
