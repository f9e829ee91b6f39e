using System.Globalization;
using System.Text;
using Xen.Hosting.Logging;
using Xen.Hypervisor;
using Xen.Linux.Loop;
using XenConsoled.Core;
using XenConsoled.Memory;

namespace XenConsoled.Logs;

/// <summary>Which console is logged where: by the options, by what xapi wants for a domain, and to the journal.</summary>
/// <param name="mode">With which a log's file is made.</param>
sealed class ConsoleLogs(EventLoop loop, LogThread thread, ConsoleOptions options, uint mode, ILogger logger) : IDisposable
{
    /// <summary>In place of a domid: the pattern for all.</summary>
    internal const ushort AllDomains = 0xFFFF;

    readonly LogFiles files = new(thread, mode, options.LogLimits);
    readonly JournalSocket? journal = options.JournalGuests || options.JournalHypervisor ? new() : null;
    readonly Dictionary<ushort, string> wanted = []; // xapi's

    /// <summary>A console's log, which goes nowhere yet.</summary>
    internal GuestLog Open(ConsoleMemory memory) =>
        new(loop, thread, files, memory, new(options.StampsGuests, options.ReplacesEscape), logger);

    /// <summary>Where a console is logged; null if it is not.</summary>
    internal string? PathOf(ConsoleId console, string name) =>
        Wanted(console.Domid) ?? (options.LogsGuests ? InFolder(LogName.Of(name, console.Kind)) : null);

    /// <summary>A console's lines in the journal; null if they do not go there.</summary>
    internal JournalLines? OpenJournal(ConsoleMemory memory) => journal is null || !options.JournalGuests
        ? null
        : new(journal, memory.Kind == ConsoleKind.Pv ? "pv0" : "vuart0", memory.Identity, options.JournalRate);

    /// <summary>The hypervisor's log, if it is to be logged.</summary>
    internal HypervisorLog? OpenHypervisor(HypervisorInterface hypervisor)
    {
        if (!options.LogsHypervisor && !options.JournalHypervisor)
            return null;
        var file = options.LogsHypervisor ? files.Take(InFolder(LogName.Hypervisor)) : null;
        var lines = journal is null || !options.JournalHypervisor
            ? null
            : new JournalLines(journal, "hypervisor", null, options.JournalRate);
        var format = new LogFormat(options.StampsHypervisor, options.ReplacesEscape);
        return new(loop, thread, hypervisor, file, lines, format, Path.Combine(options.RunFolder, "hypervisor"), logger);
    }

    /// <summary>What xapi wants a domain's console logged to; whether that changed anything is for the console to see.</summary>
    internal void Want(ushort domid, string? path)
    {
        string shown = GuestName.Of(Encoding.UTF8.GetBytes(path ?? ""));
        if (path is null || !Path.IsPathFullyQualified(path) || path != shown) // what cannot be shown may be the text of two paths
        {
            if (path is not null)
                ConsoleLog.NoSuchLog(logger, domid == AllDomains ? "@" : domid.ToString(CultureInfo.InvariantCulture), shown);
            wanted.Remove(domid);
        }
        else
            wanted[domid] = path;
    }

    public void Dispose() => journal?.Dispose();

    string InFolder(string name) => Path.GetFullPath(Path.Combine(options.LogFolder, name));

    string? Wanted(ushort domid)
    {
        if (wanted.TryGetValue(domid, out string? path))
            return Path.GetFullPath(path);
        if (!wanted.TryGetValue(AllDomains, out string? pattern))
            return null;
        int at = pattern.IndexOf("%d", StringComparison.Ordinal);
        bool isPattern = at >= 0 && pattern.IndexOf('%', at + 1) < 0 && pattern.IndexOf('%', StringComparison.Ordinal) == at;
        return isPattern
            ? Path.GetFullPath(string.Concat(pattern.AsSpan(0, at), domid.ToString(CultureInfo.InvariantCulture), pattern.AsSpan(at + 2)))
            : null;
    }
}
