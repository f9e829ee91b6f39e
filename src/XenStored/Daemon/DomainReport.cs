using System.Text.Json;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Connections.State;
using XenStored.Store;

namespace XenStored.Daemon;

/// <summary>
/// What each domain has and does, for <c>xenstore-control status domains</c>. Nodes that were removed a moment ago may still be counted: to
/// count them all now would keep clients waiting. The requests of a domain are those of its ring.
/// </summary>
static class DomainReport
{
    static readonly Quota[] Counted = [Quota.Nodes, Quota.Watches, Quota.Outstanding, Quota.Memory, Quota.Transactions];

    /// <summary>One object: the domains from an id on, and the id with which the next reply begins; null if there are no more.</summary>
    internal static string Json(XenStore store, ushort first)
    {
        var queued = Queued(store);
        return StatusPage.Json("domains", store.Domains.All.Where(domain => domain.Id >= first && IsThere(store, domain)),
            domain => domain.Id, (json, domain) => Write(json, store, domain, queued.GetValueOrDefault(domain.Id)));
    }

    // A record without a connection is of a domain that permissions name. It may be gone, or have never been.
    static bool IsThere(XenStore store, Domain domain) => domain.IsIntroduced || store.Domains.IsHosts(domain.Id);

    static Dictionary<ushort, long> Queued(XenStore store) =>
        (from session in store.Sessions.All
         let client = Connection.Of(session)
         where client is not null
         group (long)client.Out.Bytes by session.Domain.Id)
        .ToDictionary(same => same.Key, same => same.Sum());

    static void Write(Utf8JsonWriter json, XenStore store, Domain domain, long queued)
    {
        var (account, counters) = (domain.Account, Connection.Of(domain.Session)?.Counters ?? new());
        json.WriteNumber("domid", domain.Id);
        foreach (var quota in Counted)
            json.WriteNumber(Quotas.Table[(int)quota].Name, account[quota].Now);
        json.WriteNumber("queued", queued);
        json.WriteNumber("throttled_ms", counters.ThrottledTime(store.Now));
        json.WriteNumber("requests", counters.Requests);
        json.WriteNumber("writes", counters.Writes);
        json.WriteNumber("errors", counters.Errors);
        json.WriteNumber("eagain", counters.Again);
        json.WriteNumber("events", counters.Events);
        if (!store.Domains.HasQuotas(domain))
            return;
        json.WriteStartObject("limits");
        foreach (var quota in Counted)
            json.WriteNumber(Quotas.Table[(int)quota].Name, domain.Limits[quota]);
        json.WriteEndObject();
    }
}
