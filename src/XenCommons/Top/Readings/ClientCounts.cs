using System.Globalization;
using System.Text.Json;
using Xen.Protocol.Wire;
using XenCommons.Figures;

namespace XenCommons.Top.Readings;

/// <summary>What is known of a client on one of the store's sockets at one moment.</summary>
/// <param name="Id">The store's number of it.</param>
/// <param name="IsReader">It is on the read-only socket. An older store does not say so.</param>
/// <param name="Pid">The process that connected; null: unknown.</param>
/// <param name="Uid">Its user.</param>
/// <param name="Command">The name of its command, as it may be shown on a terminal.</param>
/// <param name="Watches">How many it has.</param>
/// <param name="Queued">Bytes that wait for it, because it does not read.</param>
sealed record ClientCounts(long Id, bool IsReader, int? Pid, long? Uid, string Command, RequestCounts Requests, double? Watches,
    double? Transactions, double? Queued)
{
    /// <summary>What the store's log calls it: s12, or r12 if it is a reader.</summary>
    internal string Name => string.Create(CultureInfo.InvariantCulture, $"{(IsReader ? 'r' : 's')}{Id}");

    /// <param name="status">What the store tells of it.</param>
    /// <param name="command">Finds the name of a process's command.</param>
    internal static ClientCounts Of(JsonElement status, Func<int, string> command)
    {
        int? pid = (int?)status.Number("pid");
        return new((long)(status.Number("id") ?? 0), status.Flag("reader") == 1, pid, (long?)status.Number("uid"),
            pid is { } known ? Printable.Of(command(known)) : "?", RequestCounts.Of(status), status.Number("watches"),
            status.Number("transactions"), status.Number("queued"));
    }
}
