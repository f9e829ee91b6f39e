using System.Globalization;
using System.Text;
using Xen.Wire;
using XenStored.Store;

namespace XenStored.Commands;

/// <summary>
/// CONTROL, also called DEBUG: what xenstore-control asks. The texts are those of C xenstored as far as programs read them.
/// </summary>
static class ControlCommands
{
    delegate Reply Command(Turn turn, string[] arguments);

    /// <summary>Name, number of arguments, how it is used, what runs it.</summary>
    static readonly (string Name, int Fewest, int Most, string Usage, Command Run)[] Table =
    [
        ("check", 0, 0, "", Check),
        ("log", 0, 1, "[on|off|+<switch>|-<switch>]", Log),
        ("logfile", 1, 1, "<file>", LogFile),
        ("memreport", 0, 1, "[<file>]", MemReport),
        ("print", 1, 1, "<string>", Print),
        ("quota", 0, 3, "[set <name> <val>|<domid>|max [-r]]", QuotaControl),
        ("quota-soft", 0, 3, "[set <name> <val>]", QuotaSoft),
        ("status", 0, 1, "[json]", Status),
        ("live-update", 1, 16, "[-c <cmdline>] [-F] [-t <timeout>] <file>", LiveUpdate),
        ("help", 0, 0, "", Help),
    ];

    internal static Reply Run(Turn turn, PayloadReader arguments)
    {
        var words = new List<string>();
        while (arguments.TryNext(out var word))
            words.Add(Encoding.UTF8.GetString(word));
        if (words.Count == 0)
            return XsError.EINVAL;
        foreach (var command in Table)
            if (command.Name == words[0])
                return words.Count - 1 < command.Fewest || words.Count - 1 > command.Most
                    ? XsError.EINVAL
                    : command.Run(turn, [.. words[1..]]);
        return XsError.EINVAL;
    }

    static Reply Check(Turn turn, string[] arguments) =>
        Audit.FirstFault(turn.Store) is { } fault ? turn.Buffer.Text(fault) : Reply.Ok;

    static Reply Log(Turn turn, string[] arguments)
    {
        if (arguments.Length == 0)
            return turn.Buffer.Text(turn.Control.LogSettings);
        return turn.Control.TrySetLog(arguments[0]) ? Reply.Ok : XsError.EINVAL;
    }

    static Reply LogFile(Turn turn, string[] arguments) => turn.Control.OpenLogFile(arguments[0]);

    static Reply Print(Turn turn, string[] arguments)
    {
        turn.Control.Print(arguments[0]);
        return Reply.Ok;
    }

    static Reply MemReport(Turn turn, string[] arguments) =>
        turn.Control.WriteReport(arguments.Length == 0 ? null : arguments[0], MemoryReport.Text(turn.Store));

    static Reply Status(Turn turn, string[] arguments)
    {
        if (arguments.Length == 1 && arguments[0] != "json")
            return XsError.EINVAL;
        return turn.Buffer.Text(turn.Control.Status(asJson: arguments.Length == 1));
    }

    static Reply LiveUpdate(Turn turn, string[] arguments) =>
        turn.Buffer.Text("Live update is not available in this version: install the new one and restart the host");

    static Reply Help(Turn turn, string[] arguments)
    {
        var text = new StringBuilder();
        foreach (var command in Table)
            text.Append(CultureInfo.InvariantCulture, $"{command.Name,-15} {command.Usage}\n");
        return turn.Buffer.Text(text.ToString());
    }

    static Reply QuotaControl(Turn turn, string[] arguments)
    {
        switch (arguments)
        {
            case []:
                return turn.Buffer.Text(Settings(turn.Quotas, quota => quota != Quota.SoftMemory));
            case ["set", var name, var value]:
                return Set(turn, name, value, quota => quota != Quota.SoftMemory);
            case ["max"] or ["max", "-r"]:
                return turn.Buffer.Text(Maxima(turn.Store, reset: arguments.Length == 2));
            case [var text] when PayloadReader.TryDomid(Encoding.UTF8.GetBytes(text), out ushort domid) && text.Length > 0:
                turn.Accounts.Settle();
                return turn.Domains.Find(domid) is { } domain ? turn.Buffer.Text(Of(domain)) : XsError.ENOENT;
            default:
                return XsError.EINVAL;
        }
    }

    static Reply QuotaSoft(Turn turn, string[] arguments) => arguments switch
    {
        [] => turn.Buffer.Text(Settings(turn.Quotas, quota => quota == Quota.SoftMemory)),
        ["set", var name, var value] => Set(turn, name == "memory" ? "soft-memory" : name, value, quota => quota == Quota.SoftMemory),
        _ => XsError.EINVAL,
    };

    static Reply Set(Turn turn, string name, string value, Predicate<Quota> isOurs)
    {
        if (!Quotas.TryParse(Encoding.UTF8.GetBytes(name), out var quota) || !isOurs(quota))
            return XsError.EINVAL;
        int limit = PayloadReader.Atoi(Encoding.UTF8.GetBytes(value));
        if (limit < 1)
            return XsError.EINVAL;
        turn.Store.SetQuota(quota, limit); // as before Xen 4.22, domains that are there are meant as well
        return Reply.Ok;
    }

    static string Settings(Quotas quotas, Predicate<Quota> isShown)
    {
        var text = new StringBuilder("Quota settings:\n");
        for (var quota = Quota.Nodes; quota <= Quota.NodeSize; quota++)
            if (isShown(quota))
            {
                var (name, _, _, meaning) = Quotas.Table[(int)quota];
                string shown = quota == Quota.SoftMemory ? "memory" : name;
                text.Append(CultureInfo.InvariantCulture, $"{shown,-17}: {quotas[quota],8} {meaning}\n");
            }
        return text.ToString();
    }

    static string Of(Domain domain)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"Domain {domain.Id}:\n");
        foreach (var quota in Counted)
        {
            var count = domain.Account[quota];
            text.Append(CultureInfo.InvariantCulture, $"{Quotas.Table[(int)quota].Name,-17}: {count.Now,8} (max {count.Most,8})\n");
        }
        return text.ToString();
    }

    // The most that any guest has had, those that are gone included.
    static string Maxima(XenStore store, bool reset)
    {
        store.Accounts.Settle();
        var domains = store.Domains;
        var most = domains.Past;
        if (reset)
            most.ForgetMost();
        foreach (var domain in domains.All)
        {
            if (reset)
                domain.Account.ForgetMost();
            if (domains.IsLimited(domain))
                most.SawAll(domain.Account);
        }
        var text = new StringBuilder("Max. seen accounting values:\n");
        foreach (var quota in Counted)
            text.Append(CultureInfo.InvariantCulture, $"{Quotas.Table[(int)quota].Name,-17}: {most[quota].Most,8}\n");
        return text.ToString();
    }

    // The soft limit is of the same memory as the hard one.
    static IEnumerable<Quota> Counted => Enum.GetValues<Quota>().Where(quota => quota != Quota.SoftMemory);
}
