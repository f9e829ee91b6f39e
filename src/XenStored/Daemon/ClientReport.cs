using System.Text.Json;
using XenStored.Clients;
using XenStored.Connections.State;
using XenStored.Store;

namespace XenStored.Daemon;

/// <summary>
/// Who the clients on the sockets are and what they do, for <c>xenstore-control status clients</c>. The kernel named the process and its
/// user when the client connected. The name of its command is not told here: whoever asks can read it without keeping clients waiting.
/// </summary>
static class ClientReport
{
    /// <summary>One object: the clients from an id on, and the id with which the next reply begins; null if there are no more.</summary>
    internal static string Json(XenStore store, long first) =>
        StatusPage.Json("clients", store.Sessions.All.Where(session => session.IsSocket && session.Id >= first),
            session => session.Id, Write);

    static void Write(Utf8JsonWriter json, Session session)
    {
        var client = Connection.Of(session);
        var counters = client?.Counters ?? new();
        json.WriteNumber("id", session.Id);
        json.WriteBoolean("reader", session.IsReader);
        if (client?.Transport.Peer is { Pid: > 0 } peer)
        {
            json.WriteNumber("pid", peer.Pid);
            json.WriteNumber("uid", peer.Uid);
        }
        json.WriteNumber("requests", counters.Requests);
        json.WriteNumber("writes", counters.Writes);
        json.WriteNumber("errors", counters.Errors);
        json.WriteNumber("eagain", counters.Again);
        json.WriteNumber("events", counters.Events);
        json.WriteNumber("watches", session.Watches.Count);
        json.WriteNumber("transactions", session.TransactionCount);
        json.WriteNumber("queued", client?.Out.Bytes ?? 0);
    }
}
