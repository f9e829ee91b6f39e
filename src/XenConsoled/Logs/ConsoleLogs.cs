using System.Globalization;
using System.Text;
using Xen.Hosting.Logging;
using Xen.Hypervisor;
using Xen.Linux.Loop;
using XenConsoled.Core;
using XenConsoled.Lines;
using XenConsoled.Memory;

namespace XenConsoled.Logs;

/// <summary>Decides where each console is logged: by the options, by what xapi names for a domain, and to the journal.</summary>
/// <param name="mode">The mode of new log files.</param>
sealed class ConsoleLogs(EventLoop loop, LogThread thread, ConsoleOptions options, uint mode, ILogger logger) : IDisposable
{
    /// <summary>Stands for a domid: the pattern for all domains.</summary>
    internal const ushort AllDomains = 0xFFFF;

    readonly LogFiles files = new(thread, mode, options.LogLimits);
    readonly JournalSocket? journal = options.JournalGuests || options.JournalHypervisor ? new() : null;
    readonly Dictionary<ushort, string> wanted = []; // by xapi

    /// <summary>A console's log. It has no file yet.</summary>
    internal GuestLog Open(ConsoleMemory memory) =>
        new(loop, thread, files, memory, new(options.StampsGuests, options.ReplacesEscape), logger);

    /// <summary>The file of a console's log; null if the console is not logged.</summary>
    internal string? PathOf(ConsoleId console, string name) =>
        Wanted(console.Domid) ?? (options.LogsGuests ? InFolder(LogName.Of(name, console.Kind)) : null);

    /// <summary>A console's lines in the journal; null if they do not go there.</summary>
    internal JournalLines? OpenJournal(ConsoleMemory memory) => journal is null || !options.JournalGuests
        ? null
        : new(journal, memory.Kind == ConsoleKind.Pv ? "pv0" : "vuart0", memory.Identity, options.JournalRate);

    /// <summary>The hypervisor's log; null if it is not logged.</summary>
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

    /// <summary>Notes the file that xapi names for a domain's console. The console itself finds out whether its path changed.</summary>
    internal void Want(ushort domid, string? path)
    {
        string shown = GuestName.Of(Encoding.UTF8.GetBytes(path ?? ""));
        if (path is null || !Path.IsPathFullyQualified(path) || path != shown) // two paths that cannot be shown may have one text
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
