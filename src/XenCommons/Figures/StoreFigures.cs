using System.Text.Json;
using XenCommons.Exposition;
using static XenCommons.Exposition.MetricKind;

namespace XenCommons.Figures;

/// <summary>The figures of xenstored, from its CONTROL status.</summary>
static class StoreFigures
{
    const double Milli = 1e-3;

    /// <param name="status">The reply to <c>status json</c>.</param>
    /// <param name="domains">The domains of the replies to <c>status domains</c>.</param>
    internal static IEnumerable<MetricFamily> Of(JsonElement status, IReadOnlyList<JsonElement> domains, DomainNames names) =>
    [
        MetricFamily.Each("xen_store_requests_total", Counter, "Requests by type.", status.Numbers("by_type"),
            type => [("type", type.Name.ToLowerInvariant())], type => type.Value),
        MetricFamily.One("xen_store_errors_total", Counter, "Requests that were answered with an error.", status.Number("errors")),
        MetricFamily.One("xen_store_conflicts_total", Counter, "Requests that were answered with EAGAIN: transactions that lost.",
            status.Number("eagain")),
        MetricFamily.Each("xen_store_refusals_total", Counter, "Requests that a quota refused.", status.Numbers("refused"),
            quota => [("quota", quota.Name)], quota => quota.Value),
        MetricFamily.One("xen_store_queue_bytes", Gauge, "Bytes that wait for clients that do not read.", status.Number("queued")),
        MetricFamily.One("xen_store_watches", Gauge, "Watches of all clients.", status.Number("watches")),
        MetricFamily.One("xen_store_transactions", Gauge, "Transactions that are open.", status.Number("transactions")),
        MetricFamily.One("xen_store_connections", Gauge, "Clients: guests and connections of the socket.", status.Number("connections")),
        MetricFamily.One("xen_store_used_bytes", Gauge, "Bytes of the store's file that are in use.", status.Number("bytes_in_use")),
        MetricFamily.One("xen_store_file_bytes", Gauge, "Bytes of the store's file.", status.Number("bytes_reserved")),
        MetricFamily.One("xen_store_throttled_seconds_total", Counter, "Time for which guests were not read because they wrote too much.",
            status.Number("throttled_ms", Milli)),
        MetricFamily.One("xen_store_priorities_total", Counter, "Times that a client got priority because its transactions had lost.",
            status.Number("priorities")),
        MetricFamily.One("xen_store_restarts_total", Counter, "Restarts of the daemon that this state has survived.",
            status.Number("restarts")),
        MetricFamily.One("xen_store_iterations_total", Counter, "Iterations of the loop.", status.Number("iterations")),
        MetricFamily.One("xen_store_longest_iteration_seconds", Gauge,
            "The longest iteration of the loop since the daemon's start, in steps of the kernel's tick.",
            status.Number("longest_iteration_ms", Milli)),
        .. OfReaders(status.Member("readers") ?? default),
        .. OfDomains(domains, names),
    ];

    static IEnumerable<MetricFamily> OfReaders(JsonElement readers) =>
    [
        MetricFamily.One("xen_store_reader_connections", Gauge, "Clients of the read-only socket.", readers.Number("connections")),
        MetricFamily.One("xen_store_reader_watches", Gauge, "Their watches.", readers.Number("watches")),
        MetricFamily.One("xen_store_reader_transactions", Gauge, "Their open transactions.", readers.Number("transactions")),
        MetricFamily.One("xen_store_reader_connections_refused_total", Counter,
            "Connections to the read-only socket that were not accepted.", readers.Number("clients_refused")),
        MetricFamily.One("xen_store_reader_refusals_total", Counter, "Their requests that a limit of readers refused.",
            readers.Number("requests_refused")),
    ];

    static IEnumerable<MetricFamily> OfDomains(IReadOnlyList<JsonElement> domains, DomainNames names)
    {
        return
        [
            Each("nodes", Gauge, "Nodes that the domain owns.", "nodes"),
            Each("watches", Gauge, "Watches of the domain; of domain 0, those of the socket's clients as well.", "watches"),
            Each("memory_bytes", Gauge, "Memory that the store has for the domain.", "memory"),
            Each("transactions", Gauge, "Open transactions of the domain.", "transactions"),
            Each("queue_bytes", Gauge, "Bytes that wait for the domain.", "queued"),
            Each("throttled_seconds_total", Counter, "Time for which the domain was not read because it wrote too much.", "throttled_ms",
                Milli),
            Each("requests_total", Counter, "Requests on the domain's ring.", "requests"),
            Each("writes_total", Counter, "Of these, those that would change nodes.", "writes"),
            Each("conflicts_total", Counter, "Of these, those that were answered with EAGAIN.", "eagain"),
            Each("events_total", Counter, "Events of watches that the domain was sent.", "events"),
        ];

        MetricFamily Each(string name, MetricKind kind, string help, string member, double unit = 1) =>
            MetricFamily.Each("xen_store_domain_" + name, kind, help, domains, domain => names.Labels((int)(domain.Number("domid") ?? 0)),
                domain => domain.Number(member, unit));
    }
}
