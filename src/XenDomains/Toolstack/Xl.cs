using System.Globalization;
using System.Text.Json;
using Xen.Linux.Processes;
using XenDomains.Facts;

namespace XenDomains.Toolstack;

/// <summary>The toolstack of the host: the `xl` of whichever Xen runs, as it is.</summary>
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
            return domains; // the store went: configurations tell the order of most
        }
    }

    /// <inheritdoc/>
    public (IReadOnlySet<string> Watched, IReadOnlySet<string> BeingSaved) Monitors()
    {
        var watched = new HashSet<string>(StringComparer.Ordinal);
        var saved = new HashSet<string>(StringComparer.Ordinal);
        foreach (int pid in Processes.Named("xl"))
        {
            // xl goes into the background once its guest runs, with its output in the guest's log, which may have been rotated or removed
            // since.
            string output = Path.GetFileName(Processes.Opened(pid, 1));
            int end = output.LastIndexOf(LogEnding, StringComparison.Ordinal);
            if (output.StartsWith(LogOfMonitor, StringComparison.Ordinal) && end > LogOfMonitor.Length)
                watched.Add(output[LogOfMonitor.Length..end]);
            else if (Processes.Arguments(pid) is [_, .. var words]
                && words.Where(word => !word.StartsWith('-')).ToList() is [var verb, var what, ..])
            {
                if (verb is "save" or "migrate")
                    saved.Add(what);
                else if (verb is "restore" && Processes.Named(SaveProcess[..15]).Any(helper => Processes.Parent(helper) == pid))
                    saved.Add(Path.GetFileName(what));
            }
        }
        return (watched, saved);
    }

    /// <inheritdoc/>
    public Task<long?> MemoryAsync() => HostMemory.LookAsync(program);

    /// <inheritdoc/>
    public async Task<(GuestSetup? Setup, string? Fault)> ReadAsync(string file)
    {
        var result = await ApartCommand.RunAsync(program, ["create", "--quiet", "--dryrun", "--defconfig", file], ForList).ConfigureAwait(false);
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
        // When the process that writes the memory ends, xl lets the guest go on; were xl ended, the guest would hang for ever.
        OutcomeOf(await ApartCommand.RunAsync(program, ["save", Id(domain), image], within, UnitOf("save", domain.Name),
            victim: SaveProcess[..15]).ConfigureAwait(false), within);

    /// <inheritdoc/>
    public async Task<ToolstackOutcome> ShutdownAsync(XlDomain domain, TimeSpan? within)
    {
        var result = await ApartCommand.RunAsync(program, ["shutdown", "-F", Id(domain)], within).ConfigureAwait(false);
        // Whatever it did not like of that: a guest is asked once more, in the plainest words.
        if (result.Status != 0 && !WasAsked(result))
            result = await ApartCommand.RunAsync(program, ["shutdown", Id(domain)], within).ConfigureAwait(false);
        return OutcomeOf(result, within) with { WasAsked = WasAsked(result) };

        // libxl writes its request first, and then waits a minute for the guest's word that it has heard.
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

    static string Id(XlDomain domain) => domain.Id.ToString(CultureInfo.InvariantCulture);

    // The letters of a unit's name are few (systemd.unit(5)); each start has a name of its own, for the scope before may be ending yet.
    static string UnitOf(string kind, string name) =>
        $"xen-{kind}-{string.Concat(name.Select(letter => IsPlain(letter) ? letter : '-'))}-{Guid.NewGuid().ToString("N")[..8]}";

    static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_';

    static ToolstackOutcome OutcomeOf(ChildProcess.Result result, TimeSpan? within) =>
        result.Status == 0 ? ToolstackOutcome.Done : new(Reason(result, within));

    static string Reason(ChildProcess.Result result, TimeSpan? within)
    {
        if (result.IsTimedOut)
            return string.Create(CultureInfo.InvariantCulture, $"it took longer than {within!.Value.TotalSeconds:0} s");
        // libxl says first what went wrong and then what that led to.
        string[] lines = result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? line = lines.FirstOrDefault(text => text.Contains("rror", StringComparison.Ordinal)) ?? lines.LastOrDefault();
        return line is null ? $"xl ended with status {result.Status}" : $"xl says: {(line.Length > 300 ? line[..300] + "..." : line)}";
    }
}
