using System.Buffers;
using System.Text;
using System.Text.Json;
using XenStored.Clients;
using XenStored.Connections.State;
using XenStored.Store;

namespace XenStored.Daemon;

/// <summary>
/// What each domain has, for <c>xenstore-control status domains</c>. A reply has at most 4095 bytes, so a host with many domains is told
/// of in several. Nodes that were removed a moment ago may still be counted: to count them all now would keep clients waiting.
/// </summary>
static class DomainReport
{
    const int MostBytes = 3700; // after these no further domain is added

    /// <summary>One object: the domains from an id on, and the id with which the next reply begins; null if there are no more.</summary>
    internal static string Json(XenStore store, ushort first)
    {
        var queued = Queued(store);
        var buffer = new ArrayBufferWriter<byte>();
        ushort? next = null;
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("domains");
            foreach (var domain in store.Domains.All.Where(domain => domain.Id >= first && IsThere(store, domain)).OrderBy(one => one.Id))
            {
                if (json.BytesCommitted + json.BytesPending > MostBytes)
                {
                    next = domain.Id;
                    break;
                }
                Write(json, domain, queued.GetValueOrDefault(domain.Id), store.Now);
            }
            json.WriteEndArray();
            if (next is { } id)
                json.WriteNumber("next", id);
            else
                json.WriteNull("next");
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // A record without a connection is of a domain that permissions name. It may be gone, or have never been.
    static bool IsThere(XenStore store, Domain domain) => domain.IsIntroduced || store.Domains.IsHosts(domain.Id);

    static Dictionary<ushort, long> Queued(XenStore store) =>
        (from session in store.Sessions.All
         let client = Connection.Of(session)
         where client is not null
         group (long)client.Out.Bytes by session.Domain.Id)
        .ToDictionary(same => same.Key, same => same.Sum());

    static void Write(Utf8JsonWriter json, Domain domain, long queued, long now)
    {
        var account = domain.Account;
        json.WriteStartObject();
        json.WriteNumber("domid", domain.Id);
        json.WriteNumber("nodes", account.Nodes.Now);
        json.WriteNumber("watches", account.Watches.Now);
        json.WriteNumber("memory", account.Memory.Now);
        json.WriteNumber("transactions", account.Transactions.Now);
        json.WriteNumber("queued", queued);
        json.WriteNumber("throttled_ms", Connection.Of(domain.Session)?.Counters.ThrottledTime(now) ?? 0);
        json.WriteEndObject();
    }
}
