using Xen.Hosting;
using XenDomains.Configuration;
using XenDomains.Facts;
using XenDomains.Images;
using XenDomains.Planning;
using XenDomains.Toolstack;

namespace XenDomains.Execution;

/// <summary>The guests of this host and what can be done with them: what the command line, the service and the bus ask for.</summary>
sealed class StartStop : IAsyncDisposable
{
    static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(300);

    readonly DomainsOptions options;
    readonly DomainNews news = new();
    readonly SemaphoreSlim turn = new(1);
    readonly ConcurrencyLimit commands;
    (HostFacts Facts, DomainsConfig Config)? last; // what the last look found, and by which settings

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
    /// The settings that count: the file that was named, else the first that is there; null if there is none, and the distribution's script
    /// does not work without.
    /// </summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static DomainsConfig? Settings(string? file) =>
        (file ?? DomainsSettings.Places.FirstOrDefault(File.Exists)) is { } found && File.Exists(found)
            ? DomainsConfig.Parse(File.ReadAllText(found), found, Distribution.Host())
        : file is null ? DomainsConfig.WithoutFile(Distribution.Host())
        : null;

    /// <summary>What says that guests were started: upstream's file, at upstream's places.</summary>
    internal string LockFile =>
        options.LockFile ?? (Directory.Exists("/var/lock/subsys") ? "/var/lock/subsys/xendomains" : "/var/lock/xendomains");

    internal void Reload(DomainsConfig config) => Config = config;

    /// <summary>Somebody has looked at the configurations, though it may have failed.</summary>
    internal bool WasLookedAt { get; private set; }

    internal async Task<HostFacts> LookAsync(bool isForStop = false)
    {
        var config = Config;
        try
        {
            var facts = await Inventory.MakeAsync(config, Toolstack, Saves(), commands, isForStop).ConfigureAwait(false);
            last = (facts, config);
            return facts;
        }
        finally
        {
            WasLookedAt = true;
        }
    }

    /// <summary>
    /// The domains now, beside what the last look found of configurations and images: it costs one list of the toolstack.
    /// </summary>
    internal async Task<HostFacts> LookAtDomainsAsync()
    {
        if (last is not var (known, config) || config != Config)
            return await LookAsync().ConfigureAwait(false);
        var domains = await Toolstack.WithDevicesAsync(await Toolstack.ListAsync().ConfigureAwait(false)).ConfigureAwait(false);
        var configured = known.Auto.Select(guest => guest.Name).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return known with { Domains = Inventory.GuestsAmong(domains, configured, []), Rebooting = Toolstack.Monitors().Watched };
    }

    /// <summary>Starts guests; whether all went well.</summary>
    internal Task<bool> StartAsync(IReport report, IReadOnlySet<string>? only, IReadOnlySet<string> discards, Action<string> remark,
        CancellationToken cancellation) => AloneAsync(report, async () =>
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

    /// <summary>Stops guests; whether all went well.</summary>
    /// <param name="ways">Instead of what the settings say.</param>
    /// <param name="goesDown">The host goes down; false: its init system is asked.</param>
    internal Task<bool> StopAsync(IReport report, IReadOnlySet<string>? only, IReadOnlyList<StopWay>? ways, Action<string> remark,
        bool goesDown = false) => AloneAsync(report, async () =>
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
        turn.Dispose();
    }

    SaveFolder? Saves() => Config.SaveFolder is { } folder ? new(folder) : null;

    // One at a time starts and stops guests on a host; what another began through xl and left is waited for, too.
    async Task<bool> AloneAsync(IReport report, Func<Task<bool>> work)
    {
        await turn.WaitAsync().ConfigureAwait(false); // a lock of the file keeps other processes away only
        try
        {
            return await AloneOnHostAsync(report, work).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    async Task<bool> AloneOnHostAsync(IReport report, Func<Task<bool>> work)
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
            return await work().ConfigureAwait(false);
        }
    }

    static string Holder(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (IOException)
        {
            return "unknown"; // it has just gone
        }
    }

    static long AvailableMemory() =>
        File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            && long.TryParse(line["MemAvailable:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), out long kib) ? kib << 10
            : long.MaxValue;
}
