using System.Globalization;
using System.Text.Json;
using Xen.Linux.Processes;
using XenDomains.Facts;

namespace XenDomains.Toolstack;

/// <summary>The host's toolstack: the `xl` of the Xen that runs.</summary>
/// <param name="program">xl, by name or path.</param>
sealed class Xl(string program, DomainNews news) : IToolstack
{
    const string SaveProcess = "libxl-save-helper"; // the kernel keeps 15 characters of a program's name
    const string LogOfMonitor = "xl-", LogEnding = ".log";
    static readonly TimeSpan ForList = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<XlDomain>> ListAsync()
    {
        var result = await ApartCommand.RunAsync(program, ["list", "-v"], ForList).ConfigureAwait(false);
        return result.Status == 0 ? DomainList.Parse(result.Text, await news.StoreDomainsAsync().ConfigureAwait(false))
            : throw new ToolstackException($"{program} list does not work: {Reason(result, ForList)}");
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<XlDomain>> WithDevicesAsync(IReadOnlyList<XlDomain> domains)
    {
        try
        {
            return await news.StoreAsync().ConfigureAwait(false) is { } store
                ? await DomainDevices.AddAsync(store, domains).ConfigureAwait(false)
                : domains;
        }
        catch (IOException)
        {
            return domains; // the store is gone: configurations give the order of most guests
        }
    }

    /// <inheritdoc/>
    public (IReadOnlySet<string> Watched, IReadOnlySet<string> BeingSaved) Monitors()
    {
        var watched = new HashSet<string>(StringComparer.Ordinal);
        var saved = new HashSet<string>(StringComparer.Ordinal);
        foreach (int pid in ProcessTable.Named("xl"))
        {
            if (WatchedBy(pid) is { } guest)
                watched.Add(guest);
            else if (Words(pid) is [var verb, var what, ..])
            {
                if (verb is "save" or "migrate")
                    saved.Add(what);
                else if (verb is "restore" && ProcessTable.Named(SaveProcess[..15]).Any(helper => ProcessTable.Parent(helper) == pid))
                    saved.Add(Path.GetFileName(what));
            }
        }
        return (watched, saved);
    }

    /// <inheritdoc/>
    public IReadOnlySet<string> RestoredFrom() =>
        // xl keeps its command line in the background, also when its guest reboots.
        (from pid in ProcessTable.Named("xl")
         where WatchedBy(pid) is not null
         let words = Words(pid)
         where words is ["restore", _, ..]
         select words[^1]).ToHashSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<long?> MemoryAsync() => HostMemory.LookAsync(program);

    /// <inheritdoc/>
    public async Task<(GuestSetup? Setup, string? Fault)> ReadAsync(string file)
    {
        var result = await ApartCommand.RunAsync(program, ["create", "--quiet", "--dryrun", "--defconfig", file], ForList)
            .ConfigureAwait(false);
        if (result.Status != 0)
            return (null, $"{file}: {Reason(result, ForList)}");
        int start = result.Output.Span.IndexOfAny((byte)'{', (byte)'[');
        try
        {
            return start < 0 ? (null, $"{file}: xl does not print its content") : (GuestSetup.Parse(result.Output[start..]), null);
        }
        catch (JsonException e)
        {
            return (null, $"{file}: the output of xl about it is not understood: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public async Task<ToolstackOutcome> CreateAsync(string name, string file, TimeSpan? within)
    {
        var result = await ApartCommand.RunAsync(program, ["create", "--quiet", "--defconfig", file], within, UnitOf("guest", name),
            outlives: true).ConfigureAwait(false);
        return OutcomeOf(result, within);
    }

    /// <inheritdoc/>
    public async Task<ToolstackOutcome> RestoreAsync(string name, string image, TimeSpan? within)
    {
        var result = await ApartCommand.RunAsync(program, ["restore", image], within, UnitOf("guest", name), outlives: true)
            .ConfigureAwait(false);
        return OutcomeOf(result, within);
    }

    /// <inheritdoc/>
    public async Task<ToolstackOutcome> SaveAsync(XlDomain domain, string image, TimeSpan? within) =>
        // When the process that writes the memory ends, xl lets the guest continue. If xl itself were ended, the guest would hang for ever.
        OutcomeOf(await ApartCommand.RunAsync(program, ["save", Id(domain), image], within, UnitOf("save", domain.Name),
            victim: SaveProcess[..15]).ConfigureAwait(false), within);

    /// <inheritdoc/>
    public async Task<ToolstackOutcome> ShutdownAsync(XlDomain domain, TimeSpan? within)
    {
        var result = await ApartCommand.RunAsync(program, ["shutdown", "-F", Id(domain)], within).ConfigureAwait(false);
        // If xl refuses that for any reason, it is called once more without options.
        if (result.Status != 0 && !WasAsked(result))
            result = await ApartCommand.RunAsync(program, ["shutdown", Id(domain)], within).ConfigureAwait(false);
        return OutcomeOf(result, within) with { WasAsked = WasAsked(result) };

        // libxl writes its request first, and then waits a minute for the guest's acknowledgement.
        static bool WasAsked(ChildProcess.Result result) =>
            result.Status == 0 || result.IsTimedOut || result.Errors.Contains("didn't acknowledge", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public async Task<ToolstackOutcome> MigrateAsync(XlDomain domain, IReadOnlyList<string> words, TimeSpan? within) =>
        OutcomeOf(await ApartCommand.RunAsync(program, ["migrate", Id(domain), .. words], within, UnitOf("migrate", domain.Name),
            victim: SaveProcess[..15]).ConfigureAwait(false), within);

    /// <inheritdoc/>
    public async Task<ToolstackOutcome> SysRqAsync(XlDomain domain, char letter, TimeSpan? within) =>
        OutcomeOf(await ApartCommand.RunAsync(program, ["sysrq", Id(domain), letter.ToString()], within).ConfigureAwait(false), within);

    /// <inheritdoc/>
    public async Task<ToolstackOutcome> DestroyAsync(XlDomain domain, TimeSpan? within) =>
        OutcomeOf(await ApartCommand.RunAsync(program, ["destroy", Id(domain)], within).ConfigureAwait(false), within);

    /// <inheritdoc/>
    public Task ChangedAsync(TimeSpan atMost) => news.ChangedAsync(atMost);

    // The guest whose end an xl waits for. xl goes into the background once its guest runs. Its output goes to the guest's log, which may
    // have been rotated or removed since.
    static string? WatchedBy(int pid)
    {
        string output = Path.GetFileName(ProcessTable.Opened(pid, 1));
        int end = output.LastIndexOf(LogEnding, StringComparison.Ordinal);
        return output.StartsWith(LogOfMonitor, StringComparison.Ordinal) && end > LogOfMonitor.Length ? output[LogOfMonitor.Length..end]
            : null;
    }

    // The words of an xl's command line without its options.
    static List<string> Words(int pid) => [.. ProcessTable.Arguments(pid).Skip(1).Where(word => !word.StartsWith('-'))];

    static string Id(XlDomain domain) => domain.Id.ToString(CultureInfo.InvariantCulture);

    // Names of units have few letters (systemd.unit(5)). Each start uses a new name, because the earlier scope may still be ending.
    static string UnitOf(string kind, string name) =>
        $"xen-{kind}-{string.Concat(name.Select(letter => IsPlain(letter) ? letter : '-'))}-{Guid.NewGuid().ToString("N")[..8]}";

    static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_';

    static ToolstackOutcome OutcomeOf(ChildProcess.Result result, TimeSpan? within) =>
        result.Status == 0 ? ToolstackOutcome.Done : new(Reason(result, within));

    static string Reason(ChildProcess.Result result, TimeSpan? within)
    {
        if (result.IsTimedOut)
            return string.Create(CultureInfo.InvariantCulture, $"it took longer than {within!.Value.TotalSeconds:0} s");
        // libxl reports first what went wrong, and then the consequences.
        string[] lines = result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? line = lines.FirstOrDefault(text => text.Contains("rror", StringComparison.Ordinal)) ?? lines.LastOrDefault();
        return line is null ? $"xl ended with status {result.Status}" : $"xl says: {(line.Length > 300 ? line[..300] + "..." : line)}";
    }
}
