using System.Globalization;
using XenCommons.Top.Readings;

namespace XenCommons.Top.Tables;

/// <summary>The table of domains. With the narrowest name it fits into 80 columns.</summary>
static class DomainTable
{
    const double NoticedPercent = 75, UrgentPercent = 90;

    internal static readonly TopHeading[] Headings =
    [
        new("id", "ID", 5, IsId: true),
        new("name", "NAME", 13, IsText: true, Grows: true),
        new("requests", "REQ/s", 6),
        new("writes", "WRITE/s", 7),
        new("eagain", "EAGAIN", 6),
        new("events", "EVENT/s", 7),
        new("memory", "MEM", 6),
        new("quota", "QUOTA", 10),
        new("console", "CONS/s", 6),
        new("held", "HELD", 5),
    ];

    internal static TopTable Of(IEnumerable<DomainLoad> domains) => TopTable.Of(Headings, [.. domains.Select(Line)]);

    static TopLine Line(DomainLoad domain)
    {
        var (now, rates) = (domain.Now, domain.Rates);
        return new(now.Domid, now.Name,
        [
            new(now.Domid.ToString(CultureInfo.InvariantCulture), now.Domid),
            new(now.Name),
            new(Amount.Of(rates.Requests), rates.Requests),
            new(Amount.Of(rates.Writes), rates.Writes),
            new(Amount.Of(rates.Again), rates.Again, rates.Again > 0 ? TopMark.Noticed : TopMark.None),
            new(Amount.Of(rates.Events), rates.Events),
            new(Amount.OfBytes(now.Memory), now.Memory),
            Quota(domain.Tightest),
            new(Amount.OfBytes(domain.ConsoleRate), domain.ConsoleRate),
            new(Amount.OfPercent(domain.Held), domain.Held, domain.Held > 0 ? TopMark.Noticed : TopMark.None),
        ]);
    }

    static TopCell Quota(QuotaUse? quota) => quota is not { } tightest ? new("-")
        : new($"{Amount.OfPercent(tightest.Percent)} {Short(tightest.Name)}", tightest.Percent,
            tightest.Percent >= UrgentPercent ? TopMark.Urgent : tightest.Percent >= NoticedPercent ? TopMark.Noticed : TopMark.None);

    // At most five letters.
    static string Short(string quota) => quota switch
    {
        "watches" => "watch",
        "outstanding" => "reqs",
        "memory" => "bytes",
        "transactions" => "trans",
        _ => quota[..Math.Min(quota.Length, 5)],
    };
}
