using System.Globalization;
using XenCommons.Top.Readings;

namespace XenCommons.Top.Tables;

/// <summary>The table of clients on the store's sockets. With the narrowest name and short ids it fits into 80 columns.</summary>
static class ClientTable
{
    const double NoticedBytes = 256 * 1024; // from here on the store does not read a client before the client has read

    internal static readonly TopHeading[] Headings =
    [
        new("id", "ID", 6, IsId: true),
        new("pid", "PID", 7, IsId: true),
        new("uid", "UID", 5, IsId: true),
        new("command", "COMMAND", 15, IsText: true, Grows: true),
        new("requests", "REQ/s", 6),
        new("writes", "WRITE/s", 7),
        new("eagain", "EAGAIN", 6),
        new("events", "EVENT/s", 7),
        new("watches", "WATCH", 5),
        new("queued", "WAITS", 5),
    ];

    internal static TopTable Of(IEnumerable<ClientLoad> clients) => TopTable.Of(Headings, [.. clients.Select(Line)]);

    static TopLine Line(ClientLoad client)
    {
        var (now, rates) = (client.Now, client.Rates);
        return new(now.Id, now.Command,
        [
            new(now.Name, now.Id),
            new(now.Pid?.ToString(CultureInfo.InvariantCulture) ?? "-", now.Pid),
            new(now.Uid?.ToString(CultureInfo.InvariantCulture) ?? "-", now.Uid),
            new(now.Command),
            new(Amount.Of(rates.Requests), rates.Requests),
            new(Amount.Of(rates.Writes), rates.Writes),
            new(Amount.Of(rates.Again), rates.Again, rates.Again > 0 ? TopMark.Noticed : TopMark.None),
            new(Amount.Of(rates.Events), rates.Events),
            new(Amount.OfCount(now.Watches), now.Watches),
            new(Amount.OfBytes(now.Queued), now.Queued, now.Queued >= NoticedBytes ? TopMark.Noticed : TopMark.None),
        ]);
    }
}
