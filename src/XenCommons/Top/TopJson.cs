using System.Buffers;
using System.Text.Json;
using System.Text;
using XenCommons.Top.Readings;

namespace XenCommons.Top;

/// <summary>
/// The load of the store, its domains and its clients for programs: one JSON object in one line. What is unknown is null.
/// </summary>
static class TopJson
{
    /// <param name="state">Its order and its filter count for the table that it shows. The other table is written whole.</param>
    /// <param name="time">Now.</param>
    internal static string Of(TopLoad load, TopState state, DateTimeOffset time)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("time", time.ToUnixTimeSeconds());
            Write(json, "seconds", load.Seconds);
            WriteStore(json, load);
            json.WriteStartArray("domains");
            var domains = load.Domains.ToDictionary(domain => (long)domain.Now.Domid);
            foreach (var line in Of(TopKind.Domains, state).Table(load).Lines)
                WriteDomain(json, domains[line.Id]);
            json.WriteEndArray();
            json.WriteStartArray("clients");
            var clients = load.Clients.ToDictionary(client => client.Now.Id);
            foreach (var line in Of(TopKind.Clients, state).Table(load).Lines)
                WriteClient(json, clients[line.Id]);
            json.WriteEndArray();
            json.WriteBoolean("more_clients", load.Now.MoreClients);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static TopState Of(TopKind kind, TopState state) => state.Kind == kind ? state : new() { Kind = kind };

    static void WriteStore(Utf8JsonWriter json, TopLoad load)
    {
        json.WriteStartObject("store");
        json.WriteString("version", load.Now.Store.Version);
        Write(json, "requests_per_second", load.Rates.Requests);
        Write(json, "errors_per_second", load.ErrorRate);
        Write(json, "eagain_per_second", load.Rates.Again);
        Write(json, "transactions", load.Now.Store.Transactions);
        Write(json, "watches", load.Now.Store.Watches);
        Write(json, "used_bytes", load.Now.Store.Used);
        json.WriteEndObject();
    }

    static void WriteDomain(Utf8JsonWriter json, DomainLoad domain)
    {
        json.WriteStartObject();
        json.WriteNumber("domid", domain.Now.Domid);
        json.WriteString("name", domain.Now.Name);
        WriteRates(json, domain.Rates);
        Write(json, "memory_bytes", domain.Now.Memory);
        json.WriteStartObject("quota_percent");
        foreach (var quota in domain.Now.Quotas)
            Write(json, quota.Name, quota.Percent);
        json.WriteEndObject();
        Write(json, "console_bytes_per_second", domain.ConsoleRate);
        Write(json, "throttled_percent", domain.Throttled);
        Write(json, "console_throttled_percent", domain.ConsoleThrottled);
        json.WriteEndObject();
    }

    static void WriteClient(Utf8JsonWriter json, ClientLoad client)
    {
        json.WriteStartObject();
        json.WriteNumber("id", client.Now.Id);
        json.WriteBoolean("reader", client.Now.IsReader);
        Write(json, "pid", client.Now.Pid);
        Write(json, "uid", client.Now.Uid);
        json.WriteString("command", client.Now.Command);
        WriteRates(json, client.Rates);
        Write(json, "watches", client.Now.Watches);
        Write(json, "transactions", client.Now.Transactions);
        Write(json, "queued_bytes", client.Now.Queued);
        json.WriteEndObject();
    }

    static void WriteRates(Utf8JsonWriter json, RequestCounts rates)
    {
        Write(json, "requests_per_second", rates.Requests);
        Write(json, "writes_per_second", rates.Writes);
        Write(json, "eagain_per_second", rates.Again);
        Write(json, "events_per_second", rates.Events);
    }

    static void Write(Utf8JsonWriter json, string name, double? number)
    {
        if (number is { } known)
            json.WriteNumber(name, Math.Round(known, 3));
        else
            json.WriteNull(name);
    }
}
