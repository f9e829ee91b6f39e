using Xen.Hosting;
using Xen.Linux.Files;
using XenDomains.Answers;
using XenDomains.Configuration;
using XenDomains.Facts;
using XenDomains.Images;
using XenDomains.Planning;
using XenDomains.Results;
using XenDomains.Toolstack;

namespace XenDomains.Execution;

/// <summary>The guests of this host and the operations on them, for the command line, the service and the bus.</summary>
sealed class StartStop : IAsyncDisposable
{
    static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(300);

    readonly DomainsOptions options;
    readonly DomainNews news = new();
    readonly SemaphoreSlim alone = new(1);
    readonly ConcurrencyLimit commands;
    (HostFacts Facts, DomainsConfig Config)? last; // the facts of the last look, and its settings

    internal StartStop(DomainsOptions options, DomainsConfig config)
    {
        this.options = options;
        Config = config;
        Toolstack = new Xl(options.Xl, news);
        Host = new DomainsHost(news);
        commands = new(options.Parallel ?? config.Parallel ?? ConcurrencyLimit.Suitable(Environment.ProcessorCount, AvailableMemory()));
    }

    internal DomainsConfig Config { get; private set; }

    internal IToolstack Toolstack { get; }

    internal IDomainsHost Host { get; }

    /// <summary>
    /// The settings of the named file, or of the first file that exists; null if there is none and the distribution's script does not work
    /// without one.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static DomainsConfig? Settings(string? file) =>
        (file ?? DomainsSettings.Places.FirstOrDefault(File.Exists)) is { } found && File.Exists(found)
            ? DomainsConfig.Parse(File.ReadAllText(found), found, Distribution.Host())
        : file is null ? DomainsConfig.WithoutFile(Distribution.Host())
        : null;

    /// <summary>The file that marks guests as started: upstream's file, at upstream's places.</summary>
    internal string LockFile =>
        options.LockFile ?? (Directory.Exists("/var/lock/subsys") ? "/var/lock/subsys/xendomains" : "/var/lock/xendomains");

    internal void Reload(DomainsConfig config) => Config = config;

    /// <summary>A look at the configurations was made, though it may have failed.</summary>
    internal bool WasLookedAt { get; private set; }

    internal async Task<HostFacts> LookAsync(bool isForStop = false)
    {
        var config = Config;
        try
        {
            var kept = Kept();
            var facts = await Inventory.MakeAsync(config, Toolstack, Saves(), commands, isForStop, kept: kept).ConfigureAwait(false);
            (last, WhyNotKept) = ((facts, config), kept?.WhyNotWritten);
            return facts;
        }
        finally
        {
            WasLookedAt = true;
        }
    }

    /// <summary>Why what xl said at the last look could not be kept for the next one; null: it could, or it is not to be.</summary>
    internal string? WhyNotKept { get; private set; }

    /// <summary>
    /// What a stop would find, with or without the folders of configurations and of images. Because they may be missing it is not kept as
    /// the last look.
    /// </summary>
    internal Task<HostFacts> LookForStopAsync() =>
        Inventory.MakeAsync(Config, Toolstack, Saves(), commands, isForStop: true, kept: Kept());

    /// <summary>What a glance shows, at the cost of one list of the toolstack: see <see cref="Inventory.MakeAsync"/>.</summary>
    internal Task<HostFacts> GlanceAsync() => Inventory.MakeAsync(Config, Toolstack, Saves(), commands, isQuick: true);

    /// <summary>The results of the last operations on guests.</summary>
    internal GuestResults Results() => GuestResults.Read(options.RunFolder);

    /// <summary>
    /// The present domains, with the configurations and images of the last look. It costs one list of the toolstack.
    /// </summary>
    internal async Task<HostFacts> LookAtDomainsAsync()
    {
        if (last is not var (known, config) || config != Config)
            return await LookAsync().ConfigureAwait(false);
        var domains = await Toolstack.WithDevicesAsync(await Toolstack.ListAsync().ConfigureAwait(false)).ConfigureAwait(false);
        var configured = known.Auto.Select(guest => guest.Name).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return known with { Domains = Inventory.GuestsAmong(domains, configured, []), Rebooting = Toolstack.Monitors().Watched };
    }

    /// <summary>Starts guests; true if all went well.</summary>
    internal Task<bool> StartAsync(IReport report, IReadOnlySet<string>? only, IReadOnlySet<string> discards, Action<string> remark,
        CancellationToken cancellation) => AloneAsync(report, "start", async report =>
    {
        var facts = await LookAsync().ConfigureAwait(false);
        var plan = StartPlan.Make(facts, discards, only);
        foreach (string one in plan.Remarks)
            remark(one);
        if (only is null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(LockFile)!);
            await File.WriteAllTextAsync(LockFile, "", cancellation).ConfigureAwait(false);
        }
        return await new Starting(Config, Toolstack, Saves(), Host, report, commands, cancellation).RunAsync(plan).ConfigureAwait(false);
    });

    /// <summary>Stops guests; true if all went well.</summary>
    /// <param name="ways">Replaces the ways of the settings.</param>
    /// <param name="goesDown">The host goes down; false: the init system is asked.</param>
    internal Task<bool> StopAsync(IReport report, IReadOnlySet<string>? only, IReadOnlyList<StopWay>? ways, Action<string> remark,
        bool goesDown = false) => AloneAsync(report, ways is [StopWay.Save] ? "save" : "stop", async report =>
    {
        var facts = await LookAsync(isForStop: true).ConfigureAwait(false);
        var plan = StopPlan.Make(facts, only, ways, goesDown ? HostEnd.GoesDown : await HostState.LookAsync().ConfigureAwait(false));
        foreach (string one in plan.Remarks)
            remark(one);
        bool went = await new Stopping(Config, Toolstack, Saves(), Host, report, commands).RunAsync(plan).ConfigureAwait(false);
        if (went && only is null && ways is null)
            File.Delete(LockFile);
        return went;
    });

    public async ValueTask DisposeAsync()
    {
        await news.DisposeAsync().ConfigureAwait(false);
        commands.Dispose();
        alone.Dispose();
    }

    KeptAnswers? Kept() =>
        Config.KeepsAnswers ? KeptAnswers.Open(options.CacheFolder, () => AnswerBasis.Of(options.Xl), DateTime.UtcNow) : null;

    SaveFolder? Saves() => Config.SaveFolder is { } folder ? new(folder) : null;

    // Only one caller at a time starts and stops guests on a host. It also waits for the xl commands that an earlier one has left.
    async Task<bool> AloneAsync(IReport report, string operation, Func<IReport, Task<bool>> work)
    {
        await alone.WaitAsync().ConfigureAwait(false); // the file lock only excludes other processes
        try
        {
            return await AloneOnHostAsync(report, operation, work).ConfigureAwait(false);
        }
        finally
        {
            alone.Release();
        }
    }

    async Task<bool> AloneOnHostAsync(IReport report, string operation, Func<IReport, Task<bool>> work)
    {
        PidFile? held;
        string file = Path.Combine(options.RunFolder, "lock");
        bool waits = false;
        for (; (held = PidFile.TryTake(file)) is null; waits = true)
        {
            if (!waits)
                report.Tell("xendomains", Stage.Waiting, $"waits for another one, pid {Holder(file)}");
            await Task.Delay(LookAgain).ConfigureAwait(false);
        }
        if (waits)
            report.Tell("xendomains", Stage.Left, "has its turn");
        using (held)
        {
            await Inventory.WaitForOthersAsync(Toolstack, Host, report, Config.MaxWait).ConfigureAwait(false);
            return await work(new ResultReport(report, operation, Results())).ConfigureAwait(false);
        }
    }

    // Unknown: the holder has just ended.
    static string Holder(string file) => FileFault.Otherwise(() => File.ReadAllText(file).Trim(), "unknown");

    static long? AvailableMemory() =>
        File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            && long.TryParse(line["MemAvailable:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), out long kib) ? kib << 10
            : null;
}
