using System.Globalization;
using System.Text;
using Xen.Hosting;
using Xen.Loop;
using XenConsoled.Consoles;
using XenConsoled.Core;

namespace XenConsoled.Logs;

/// <summary>Which console is logged where: by the options, by what xapi wants for a domain, and to the journal.</summary>
sealed class ConsoleLogs(EventLoop loop, ConsoleOptions options, ILogger logger) : IDisposable
{
    const uint OwnMode = 0x1A4, BackgroundMode = 0x1A0; // 0644, and 0640 as a daemon in the background has it, whose umask is 027

    readonly LogThread thread = new();
    readonly LogSpace space = new();
    readonly JournalSocket? journal = options.JournalGuests || options.JournalHypervisor ? new() : null;
    readonly Dictionary<ushort, string> wanted = []; // xapi's
    readonly Dictionary<string, (LogFile File, int Users)> files = []; // one for each path: two of one name share it

    /// <summary>Told of a console whose log is to be looked at.</summary>
    internal Action<GuestConsole> WantsGo { get; set; } = _ => { };

    /// <summary>A console's log; null if it has none.</summary>
    internal GuestLog? Open(GuestConsole console)
    {
        if (PathOf(console) is not { } path)
            return null;
        var format = new LogFormat(options.StampsGuests, options.ReplacesEscape);
        return new(loop, thread, console.Memory, Take(path), format, () => WantsGo(console), logger);
    }

    /// <summary>Where a console is logged; null if it is not.</summary>
    internal string? PathOf(GuestConsole console) =>
        Wanted(console.Id.Domid) ?? (options.LogsGuests ? Path.GetFullPath(Path.Combine(options.LogFolder, LogName.Of(console.Name, console.Id.Kind))) : null);

    /// <summary>A console's log is no more.</summary>
    internal void Close(GuestLog log)
    {
        log.End();
        var (file, users) = files[log.Path];
        if (users > 1)
        {
            files[log.Path] = (file, users - 1);
            return;
        }
        files.Remove(log.Path);
        thread.Do(file.Dispose);
    }

    /// <summary>A console's lines in the journal; null if they do not go there.</summary>
    internal JournalLines? OpenJournal(GuestConsole console) => journal is null || !options.JournalGuests
        ? null
        : new(journal, console.Id.Kind == ConsoleKind.Pv ? "pv0" : "vuart0", console.Memory.Identity, options.JournalRate);

    /// <summary>The hypervisor's log, if it is to be logged.</summary>
    internal HypervisorLog? OpenHypervisor(Xen.Hypervisor.IHost host, string runFolder)
    {
        if (!options.LogsHypervisor && !options.JournalHypervisor)
            return null;
        var file = options.LogsHypervisor ? Take(Path.GetFullPath(Path.Combine(options.LogFolder, LogName.Hypervisor))) : null;
        return new(loop, thread, host, file, new(options.StampsHypervisor, options.ReplacesEscape), Path.Combine(runFolder, "hypervisor"), logger)
        {
            Journal = journal is null || !options.JournalHypervisor ? null : new(journal, "hypervisor", null, options.JournalRate),
        };
    }

    /// <summary>What xapi wants a domain's console logged to; whether that changed anything is for the console to see.</summary>
    internal void Want(ushort domid, string? path)
    {
        string shown = GuestName.Of(Encoding.UTF8.GetBytes(path ?? ""));
        if (path is null || !Path.IsPathFullyQualified(path) || path != shown) // what cannot be shown may be the text of two paths
        {
            if (path is not null)
                ConsoleLog.NoSuchLog(logger, domid == ConsoleStore.AllDomains ? "@" : domid.ToString(CultureInfo.InvariantCulture), shown);
            wanted.Remove(domid);
        }
        else
            wanted[domid] = path;
    }

    /// <summary>Writes what is on its way, within a time; false if the disk stands still.</summary>
    internal bool End(TimeSpan most) => thread.End(most);

    public void Dispose()
    {
        thread.Dispose();
        journal?.Dispose();
    }

    string? Wanted(ushort domid)
    {
        if (wanted.TryGetValue(domid, out string? path))
            return Path.GetFullPath(path);
        if (!wanted.TryGetValue(ConsoleStore.AllDomains, out string? pattern))
            return null;
        int at = pattern.IndexOf("%d", StringComparison.Ordinal);
        bool isPattern = at >= 0 && pattern.IndexOf('%', at + 1) < 0 && pattern.IndexOf('%', StringComparison.Ordinal) == at;
        return isPattern ? Path.GetFullPath(string.Concat(pattern.AsSpan(0, at), domid.ToString(CultureInfo.InvariantCulture), pattern.AsSpan(at + 2))) : null;
    }

    LogFile Take(string path)
    {
        var (file, users) = files.GetValueOrDefault(path);
        file ??= new(path, options.IsInBackground ? BackgroundMode : OwnMode, options.LogLimits, space);
        files[path] = (file, users + 1);
        return file;
    }
}
