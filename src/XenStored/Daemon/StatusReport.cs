using System.Globalization;
using System.Text;
using System.Text.Json;
using Xen.Hosting;
using Xen.Linux.Loop;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Commands;
using XenStored.Commands.Requests;
using XenStored.Connections;
using XenStored.Connections.Sources;
using XenStored.Connections.State;
using XenStored.Store;

namespace XenStored.Daemon;

/// <summary>
/// The daemon's status, for <c>xenstore-control status</c> and SIGUSR1. A reply has at most 4095 bytes, so the busiest clients come first.
/// </summary>
sealed class StatusReport(
    EventLoop loop, XenStore store, DomainConnections domainConnections, Totals totals, PathSamples samples, string hypervisor)
    : IStatusReport
{
    const int MostClients = 24;
    const int MostBytes = 3700; // after these no further client is added

    /// <inheritdoc/>
    public string Text()
    {
        var (reserved, live) = store.Memory.Bytes;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"xenstored {DaemonHost.Version}, ");
        text.Append(CultureInfo.InvariantCulture, $"hypervisor {hypervisor}, ");
        text.Append(CultureInfo.InvariantCulture, $"iterations {totals.Iterations}, looks {loop.Looks.All}, in vain {loop.Looks.InVain}, ");
        text.Append(CultureInfo.InvariantCulture, $"requests {totals.Requests}\n");
        text.Append(CultureInfo.InvariantCulture, $"store {live} bytes in use, {reserved} reserved; ");
        text.Append(CultureInfo.InvariantCulture, $"domains {store.Domains.Count}, ");
        text.Append(CultureInfo.InvariantCulture, $"guests {domainConnections.ByPort.Count}, connections {store.Sessions.Count}, ");
        text.Append(CultureInfo.InvariantCulture, $"watches {store.Watches.Count}, transactions {store.Transactions.Open}\n");
        var readers = store.Readers;
        if (readers.Sessions > 0 || readers.ClientsRefused > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"readers {readers.Sessions}, their watches {readers.Watches}, ");
            text.Append(CultureInfo.InvariantCulture, $"transactions {readers.Transactions}; clients refused {readers.ClientsRefused}, ");
            text.Append(CultureInfo.InvariantCulture, $"requests {readers.RequestsRefused}\n");
        }
        text.Append("refused by quota:");
        foreach (var (name, count) in Refusals())
            text.Append(CultureInfo.InvariantCulture, $" {name} {count}");
        text.Append("\nclient requests errors eagain events merged expired throttled queued\n");
        foreach (var client in Busiest())
        {
            if (text.Length > MostBytes)
                break;
            var counters = client.Counters;
            text.Append(CultureInfo.InvariantCulture, $"{client.Session.Name}{Who(client)}{(IsIgnored(client) ? "(ignored)" : "")} ");
            text.Append(CultureInfo.InvariantCulture, $"{counters.Requests} {counters.Errors} {counters.Again} ");
            text.Append(CultureInfo.InvariantCulture, $"{counters.Events} {counters.EventsMerged} {counters.EventsExpired} ");
            text.Append(CultureInfo.InvariantCulture, $"{counters.Throttled} {client.Out.Bytes}\n");
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    public string Json()
    {
        var (reserved, live) = store.Memory.Bytes;
        return StatusPage.Json(json =>
        {
            json.WriteString("version", DaemonHost.Version);
            json.WriteString("hypervisor", hypervisor);
            json.WriteNumber("iterations", totals.Iterations);
            json.WriteNumber("looks", loop.Looks.All);
            json.WriteNumber("looks_in_vain", loop.Looks.InVain);
            WriteCounts(json);
            json.WriteNumber("bytes_in_use", live);
            json.WriteNumber("bytes_reserved", reserved);
            json.WriteNumber("domains", store.Domains.Count);
            json.WriteNumber("guests", domainConnections.ByPort.Count);
            json.WriteNumber("connections", store.Sessions.Count);
            json.WriteNumber("watches", store.Watches.Count);
            json.WriteNumber("transactions", store.Transactions.Open);
            json.WriteStartObject("refused");
            foreach (var (name, count) in Refusals())
                json.WriteNumber(name, count);
            json.WriteEndObject();
            WriteReaders(json);
            json.WriteStartArray("clients");
            foreach (var client in Busiest().Take(12))
            {
                if (StatusPage.IsFull(json, MostBytes))
                    break;
                WriteClient(json, client);
            }
            json.WriteEndArray();
        });
    }

    /// <inheritdoc/>
    public string Domains(ushort first) => DomainReport.Json(store, first);

    /// <inheritdoc/>
    public string Clients(long first) => ClientReport.Json(store, first);

    /// <inheritdoc/>
    public string? Paths(Domain domain) => samples.TryBegin(domain, store.Now) ? PathReport.Json(samples, store.Now) : null;

    void WriteCounts(Utf8JsonWriter json)
    {
        var clients = store.Sessions.All.Select(Connection.Of).OfType<Connection>().ToList();
        json.WriteNumber("requests", totals.Requests);
        json.WriteNumber("errors", totals.Errors);
        json.WriteNumber("eagain", totals.Again);
        json.WriteStartObject("by_type");
        foreach (var (type, count) in totals.ByType)
            json.WriteNumber(type == MessageType.Invalid ? "OTHER" : CommandTable.Name(type), count);
        json.WriteEndObject();
        json.WriteNumber("queued", clients.Sum(client => (long)client.Out.Bytes));
        json.WriteNumber("throttled_ms", totals.Throttled + clients.Sum(client => client.Counters.ThrottledNow(store.Now)));
        json.WriteNumber("priorities", store.StarvationGuard.Grants);
        json.WriteNumber("restarts", store.Memory.Restarts);
        json.WriteNumber("longest_iteration_ms", (long)totals.Longest.TotalMilliseconds);
    }

    void WriteReaders(Utf8JsonWriter json)
    {
        json.WriteStartObject("readers");
        json.WriteNumber("connections", store.Readers.Sessions);
        json.WriteNumber("watches", store.Readers.Watches);
        json.WriteNumber("transactions", store.Readers.Transactions);
        json.WriteNumber("clients_refused", store.Readers.ClientsRefused);
        json.WriteNumber("requests_refused", store.Readers.RequestsRefused);
        json.WriteEndObject();
    }

    static void WriteClient(Utf8JsonWriter json, Connection client)
    {
        json.WriteStartObject();
        json.WriteString("name", client.Session.Name);
        if (client.Transport.Peer is { } peer)
            json.WriteNumber("pid", peer.Pid);
        json.WriteBoolean("ignored", IsIgnored(client));
        json.WriteNumber("requests", client.Counters.Requests);
        json.WriteNumber("writes", client.Counters.Writes);
        json.WriteNumber("errors", client.Counters.Errors);
        json.WriteNumber("eagain", client.Counters.Again);
        json.WriteNumber("events", client.Counters.Events);
        json.WriteNumber("merged", client.Counters.EventsMerged);
        json.WriteNumber("expired", client.Counters.EventsExpired);
        json.WriteNumber("throttled", client.Counters.Throttled);
        json.WriteNumber("queued", client.Out.Bytes);
        json.WriteNumber("in", client.Counters.BytesIn);
        json.WriteNumber("out", client.Counters.BytesOut);
        json.WriteEndObject();
    }

    // The quotas of outstanding requests and of soft memory refuse no request: the guest waits, or the log has a warning.
    IEnumerable<(string Name, long Count)> Refusals() =>
        Enum.GetValues<Quota>().Where(quota => quota is not (Quota.Outstanding or Quota.SoftMemory))
            .Select(quota => (Quotas.Table[(int)quota].Name, store.Quotas.Refusals(quota)));

    IEnumerable<Connection> Busiest() =>
        store.Sessions.All.Select(Connection.Of).OfType<Connection>()
            .OrderByDescending(client => client.Counters.Requests).Take(MostClients);

    static bool IsIgnored(Connection client) => client.State == ConnectionState.Ignored;

    static string Who(Connection client) =>
        client.Transport.Peer is { Pid: > 0 } peer ? $"({peer.Pid},{peer.Command})" : "";
}
