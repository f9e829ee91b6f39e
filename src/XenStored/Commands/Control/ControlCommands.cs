using System.Globalization;
using System.Text;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Commands.Requests;
using XenStored.Store;

namespace XenStored.Commands.Control;

/// <summary>
/// CONTROL, also called DEBUG: the commands of xenstore-control. The texts that programs read are those of C xenstored.
/// </summary>
static class ControlCommands
{
    delegate Reply Command(RequestContext request, string[] arguments);

    /// <summary>Each command's name, number of arguments, usage, and the method that runs it.</summary>
    static readonly (string Name, int Fewest, int Most, string Usage, Command Run)[] Table =
    [
        ("check", 0, 0, "", Check),
        ("log", 0, 1, "[on|off|+<switch>|-<switch>]", Log),
        ("logfile", 1, 1, "<file>", LogFile),
        ("memreport", 0, 1, "[<file>]", MemReport),
        ("print", 1, 1, "<string>", Print),
        ("quota", 0, 3, "[set <name> <val>|<domid>|max [-r]]", QuotaControl),
        ("quota-soft", 0, 3, "[set <name> <val>]", QuotaSoft),
        ("status", 0, 2, "[json|domains [<first domid>]|clients [<first id>]|paths <domid>]", Status),
        ("live-update", 1, 6, "[-c <cmdline>] [-F] [-t <timeout>] [-v <version>] <file>", LiveUpdateCommand.Run),
        ("help", 0, 0, "", Help),
    ];

    internal static Reply Run(RequestContext request, PayloadReader arguments)
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
                    : command.Run(request, [.. words[1..]]);
        return XsError.EINVAL;
    }

    static Reply Check(RequestContext request, string[] arguments) =>
        Audit.FirstFault(request.Store) is { } fault ? request.Buffer.Text(fault) : Reply.Ok;

    static Reply Log(RequestContext request, string[] arguments)
    {
        if (arguments.Length == 0)
            return request.Buffer.Text(request.Control.LogSettings);
        return request.Control.TrySetLog(arguments[0]) ? Reply.Ok : XsError.EINVAL;
    }

    static Reply LogFile(RequestContext request, string[] arguments) => request.Control.OpenLogFile(arguments[0]);

    static Reply Print(RequestContext request, string[] arguments)
    {
        request.Control.Print(arguments[0]);
        return Reply.Ok;
    }

    static Reply MemReport(RequestContext request, string[] arguments) =>
        request.Control.WriteReport(arguments.Length == 0 ? null : arguments[0], MemoryReport.Text(request.Store));

    static Reply Status(RequestContext request, string[] arguments) => arguments switch
    {
        [] => request.Buffer.Text(request.Status.Text()),
        ["json"] => request.Buffer.Text(request.Status.Json()),
        ["domains"] => request.Buffer.Text(request.Status.Domains(0)),
        ["domains", var text] when TryDomid(text, out ushort first) => request.Buffer.Text(request.Status.Domains(first)),
        ["clients"] => request.Buffer.Text(request.Status.Clients(0)),
        ["clients", var text] when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long first) =>
            request.Buffer.Text(request.Status.Clients(first)),
        ["paths", var text] when TryDomid(text, out ushort domid) => Paths(request, domid),
        _ => XsError.EINVAL,
    };

    static Reply Paths(RequestContext request, ushort domid) =>
        request.Domains.Find(domid) is not { } domain ? XsError.ENOENT
        : request.Status.Paths(domain) is { } paths ? request.Buffer.Text(paths)
        : XsError.EBUSY;

    static bool TryDomid(string text, out ushort domid)
    {
        domid = 0;
        return text.Length > 0 && PayloadReader.TryDomid(Encoding.UTF8.GetBytes(text), out domid);
    }

    static Reply Help(RequestContext request, string[] arguments)
    {
        var text = new StringBuilder();
        foreach (var command in Table)
            text.Append(CultureInfo.InvariantCulture, $"{command.Name,-15} {command.Usage}\n");
        return request.Buffer.Text(text.ToString());
    }

    static Reply QuotaControl(RequestContext request, string[] arguments)
    {
        switch (arguments)
        {
            case []:
                return request.Buffer.Text(Settings(request.Quotas, quota => quota != Quota.SoftMemory));
            case ["set", var name, var value]:
                return Set(request, name, value, quota => quota != Quota.SoftMemory);
            case ["max"] or ["max", "-r"]:
                return request.Buffer.Text(Maxima(request.Store, reset: arguments.Length == 2));
            case [var text] when TryDomid(text, out ushort domid):
                request.Accounts.Settle();
                return request.Domains.Find(domid) is { } domain ? request.Buffer.Text(Of(domain)) : XsError.ENOENT;
            default:
                return XsError.EINVAL;
        }
    }

    static Reply QuotaSoft(RequestContext request, string[] arguments) => arguments switch
    {
        [] => request.Buffer.Text(Settings(request.Quotas, quota => quota == Quota.SoftMemory)),
        ["set", var name, var value] => Set(request, name == "memory" ? "soft-memory" : name, value, quota => quota == Quota.SoftMemory),
        _ => XsError.EINVAL,
    };

    static Reply Set(RequestContext request, string name, string value, Predicate<Quota> isOurs)
    {
        if (!Quotas.TryParse(Encoding.UTF8.GetBytes(name), out var quota) || !isOurs(quota))
            return XsError.EINVAL;
        int limit = PayloadReader.Atoi(Encoding.UTF8.GetBytes(value));
        if (limit < 1)
            return XsError.EINVAL;
        request.Domains.SetQuota(quota, limit); // as before Xen 4.22, this also sets the limit of existing domains
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

    // The maxima of all guests, also of those that are gone.
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
            if (domains.HasQuotas(domain))
                most.SawAll(domain.Account);
        }
        var text = new StringBuilder("Max. seen accounting values:\n");
        foreach (var quota in Counted)
            text.Append(CultureInfo.InvariantCulture, $"{Quotas.Table[(int)quota].Name,-17}: {most[quota].Most,8}\n");
        return text.ToString();
    }

    // The soft limit counts the same memory as the hard one.
    static IEnumerable<Quota> Counted => Enum.GetValues<Quota>().Where(quota => quota != Quota.SoftMemory);
}
