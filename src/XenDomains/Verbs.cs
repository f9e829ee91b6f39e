using System.Globalization;
using Xen.Hosting;
using Xen.Linux.Processes;
using XenDomains.Configuration;
using XenDomains.Execution;
using XenDomains.Facts;
using XenDomains.Planning;
using XenDomains.Reports;
using XenDomains.Results;
using XenDomains.Service;
using XenDomains.Toolstack;

namespace XenDomains;

/// <summary>The verbs of the command line. Each returns its exit status.</summary>
sealed class Verbs(DomainsOptions options, DomainsConfig config)
{
    const int Well = 0, NotAllWell = 1, NotStarted = 3, NoSettings = 6;

    /// <summary>Runs the verb of the command line.</summary>
    internal async Task<int> RunAsync()
    {
        try
        {
            return options.Verb switch
            {
                "start" => await StartAsync().ConfigureAwait(false),
                "stop" => await StopAsync().ConfigureAwait(false),
                "save" => await SaveAsync().ConfigureAwait(false),
                "restart" => await RestartAsync().ConfigureAwait(false),
                "reload" => Reload(),
                "status" => await StatusAsync().ConfigureAwait(false),
                "plan" => await PlanAsync(options.Names.FirstOrDefault()).ConfigureAwait(false),
                "check" => await CheckAsync().ConfigureAwait(false),
                _ => await DaemonAsync().ConfigureAwait(false),
            };
        }
        catch (ToolstackException e)
        {
            StandardError.WriteLine($"xendomains: {e.Message}");
            return NotAllWell;
        }
    }

    /// <summary>Runs the verb of the command line on a host that has no settings.</summary>
    internal static async Task<int> RunWithoutSettingsAsync(DomainsOptions options)
    {
        string none = $"there are no settings: {options.ConfigFile ?? string.Join(", ", DomainsSettings.Places)}";
        if (options.Verb is "stop")
            return await StopWithoutSettingsAsync(options, none).ConfigureAwait(false);
        if (options is { Verb: "check" } or { Verb: "plan", Names: ["stop"] })
            return await LookWithoutSettingsAsync(options, none).ConfigureAwait(false);
        StandardError.WriteLine("xendomains: " + none);
        return NoSettings;
    }

    async Task<int> StartAsync()
    {
        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += GiveUp;
        int status = await RunAsync("start",
            (guests, progress, remark) => guests.StartAsync(progress, Only(), options.Discards, remark, interrupted.Token))
            .ConfigureAwait(false);
        Console.CancelKeyPress -= GiveUp;
        return status;

        void GiveUp(object? sender, ConsoleCancelEventArgs key)
        {
            key.Cancel = true;
            interrupted.Cancel();
        }
    }

    Task<int> StopAsync() => RunAsync("stop", (guests, progress, remark) => guests.StopAsync(progress, Only(), null, remark));

    /// <summary>A stop without settings. As in upstream's script, no guest is stopped. Running guests are reported.</summary>
    static async Task<int> StopWithoutSettingsAsync(DomainsOptions options, string why)
    {
        try
        {
            if (CutOff(await WithoutSettingsAsync(options).ConfigureAwait(false)) is not { } left)
                return Well;
            StandardError.WriteLine($"xendomains: {why}, and so {left}");
            return NotAllWell;
        }
        catch (ToolstackException)
        {
            return Well; // without settings there is nothing to stop
        }
    }

    /// <summary>
    /// The output of a plan for a stop and of a check without settings: it reports that there are none, and the guests that a stop would
    /// leave.
    /// </summary>
    static async Task<int> LookWithoutSettingsAsync(DomainsOptions options, string why)
    {
        var stop = new Plan<StopStep>([], []);
        try
        {
            stop = await WithoutSettingsAsync(options).ConfigureAwait(false);
        }
        catch (ToolstackException)
        {
            // On a host without Xen, only the missing settings matter.
        }
        if (options.Verb is "check")
            Print(options, [CutOff(stop) is { } left ? $"{why}, and so {left}" : why], []);
        else
            Console.Write(options.AsJson ? PlanText.JsonOf(stop) : PlanText.Of(stop));
        StandardError.WriteLine("xendomains: " + why);
        return stop.Steps.Any(step => step.IsFault) ? NotAllWell : NoSettings;
    }

    static async Task<Plan<StopStep>> WithoutSettingsAsync(DomainsOptions options)
    {
        await using var news = new DomainNews();
        var xl = new Xl(options.Xl, news);
        var faults = new List<string>();
        var guests = Inventory.GuestsAmong(await xl.WithDevicesAsync(await xl.ListAsync().ConfigureAwait(false)).ConfigureAwait(false),
            new HashSet<string>(), faults);
        var owner = GuestOwner.OfHost();
        return new([.. from domain in guests
                       where domain.State is XlDomainState.Running or XlDomainState.Paused
                       select owner is not null && owner.Owns(domain.IsForeign) ? new StopStep(domain, [], owner.Sentence)
                           : new StopStep(domain, [], "there are no settings: when the host goes down it is cut off") { IsFault = true }],
                           faults);
    }

    static string? CutOff(Plan<StopStep> stop) => stop.Steps.Where(step => step.IsFault).Select(step => step.Name).ToList() switch
    {
        [] => null,
        [var one] => $"{one} is not stopped: when the host goes down it is cut off",
        var several => $"{string.Join(", ", several)} are not stopped: when the host goes down they are cut off",
    };

    Task<int> SaveAsync() =>
        RunAsync("save", (guests, progress, remark) => guests.StopAsync(progress, Only(), [StopWay.Save], remark));

    async Task<int> RestartAsync() => Math.Max(await StopAsync().ConfigureAwait(false), await StartAsync().ConfigureAwait(false));

    int Reload()
    {
        foreach (string one in config.Faults.Concat(config.Remarks))
            Console.Error.WriteLine(one);
        return config.Faults.Count == 0 ? Well : NotAllWell;
    }

    async Task<int> PlanAsync(string? what)
    {
        await using var guests = new StartStop(options, config);
        var facts = await guests.LookAsync().ConfigureAwait(false);
        if (what == "stop")
        {
            var stop = StopPlan.Make(facts, end: HostEnd.GoesDown);
            Console.Write(options.AsJson ? PlanText.JsonOf(stop) : PlanText.Of(stop));
            return stop.Steps.Any(step => step.IsFault) ? NotAllWell : Well;
        }
        else
        {
            var start = StartPlan.Make(facts, options.Discards);
            start = start with { Remarks = [.. start.Remarks, .. config.Remarks] };
            Console.Write(options.AsJson ? PlanText.JsonOf(start) : PlanText.Of(start));
        }
        return Well;
    }

    /// <summary>Runs the service: guests start and stop with it.</summary>
    async Task<int> DaemonAsync()
    {
        await using var guests = new StartStop(options, config);
        var builder = DaemonHost.Create("xendomains");
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddSingleton(options).AddSingleton(guests).AddHostedService<DomainsService>();
        using var host = builder.Build();
        await host.RunAsync().ConfigureAwait(false);
        return DomainsService.WentWell ? Well : NotAllWell;
    }

    /// <summary>As upstream: 3 if guests were never started, 1 if one of them is missing or an image waits, else 0.</summary>
    async Task<int> StatusAsync()
    {
        await using var guests = new StartStop(options, config);
        var facts = await (options.IsQuick ? guests.GlanceAsync() : guests.LookAsync()).ConfigureAwait(false);
        bool isStarted = File.Exists(guests.LockFile);
        var others = facts.Domains.Where(domain => facts.Auto.All(guest => guest.Name != domain.Name));
        var rows = facts.Auto.Select(guest => (Name: guest.Name ?? guest.File, State: State(facts, guest.Name), IsWanted: true))
            .DistinctBy(row => row.Name)
            .Concat(others.Select(domain => (domain.Name, State: State(facts, domain.Name), IsWanted: false))).ToList();
        if (options.AsJson)
            Console.Write(StatusJson(facts, rows, isStarted, guests.Results()));
        else
        {
            if (!isStarted)
                Console.WriteLine("guests were not started");
            foreach (var (name, state, isWanted) in rows)
                Console.WriteLine($"{name}: {state}{(isWanted ? "" : " (does not start with the host)")}");
            foreach (var image in facts.Images)
                Console.WriteLine($"image of {image.Name} ({image.Place.ToString().ToLowerInvariant()}): {image.File}");
        }
        return !isStarted ? NotStarted
            : facts.Auto.Any(guest => guest.Name is null || State(facts, guest.Name) == "is not there")
                || facts.Images.Any(image => image.Place != ImagePlace.Stale) ? NotAllWell
            : Well;
    }

    async Task<int> CheckAsync()
    {
        await using var guests = new StartStop(options, config);
        var findings = new List<string>();
        if (options.ConfigFile is null && DomainsSettings.Places.Where(File.Exists).Skip(1).ToList() is { Count: > 0 } others)
            findings.Add($"{string.Join(" and ", others)} {(others.Count == 1 ? "is" : "are")} not read: {config.File} comes first");
        try
        {
            var facts = await guests.LookAsync().ConfigureAwait(false);
            long? free = config is { Saves: true, SaveFolder: { } folder } && Directory.Exists(folder)
                ? new DriveInfo(folder).AvailableFreeSpace >> 20
                : null;
            if (config is { Saves: true, SaveFolder: { } absent } && free is null)
                findings.Add($"the folder {absent} for images is not there");
            // At the next start, the memory that guests have now is available again.
            long? memory = await guests.Toolstack.MemoryAsync().ConfigureAwait(false) + facts.Domains.Sum(domain => domain.Memory);
            var (start, stop) = (StartPlan.Make(facts), StopPlan.Make(facts, end: HostEnd.GoesDown));
            findings.AddRange(Preflight.Findings(facts, start, stop, guests.Host.Problems, memory, free));
        }
        catch (Exception e) when (e is ToolstackException or IOException or UnauthorizedAccessException)
        {
            findings.AddRange([.. config.Faults, e.Message]);
        }
        Print(options, findings, config.Remarks);
        return findings.Count == 0 ? Well : NotAllWell;
    }

    static void Print(DomainsOptions options, IReadOnlyList<string> findings, IReadOnlyList<string> remarks)
    {
        if (options.AsJson)
            Console.Write(JsonText.Of(writer =>
            {
                writer.WriteStrings("findings", findings);
                writer.WriteStrings("remarks", remarks);
            }));
        else
            foreach (string line in findings.Concat(remarks.Select(remark => "note: " + remark)))
                Console.WriteLine(line);
    }

    async Task<int> RunAsync(string verb, Func<StartStop, Progress, Action<string>, Task<bool>> work)
    {
        await using var guests = new StartStop(options, config);
        using var logs = DaemonHost.Journal("xendomains");
        using var factory = new Serilog.Extensions.Logging.SerilogLoggerFactory(logs);
        var logger = factory.CreateLogger("xendomains");
        bool hasTable = !options.IsQuiet && LiveTable.Fits;
        var progress = new Progress(verb,
            hasTable ? [new LogReport(logger)] : [new LogReport(logger), new LineReport(Console.Out, options.IsQuiet)]);
        try
        {
            var running = work(guests, progress, remark =>
            {
                DomainsLog.Remark(logger, remark);
                StandardError.WriteLine(remark); // a failure to write it cannot end the work
            });
            bool went = hasTable ? await LiveTable.ShowAsync(progress, running).ConfigureAwait(false) : await running.ConfigureAwait(false);
            DomainsLog.Summarise(logger, progress.Summary(), went);
            if (!options.IsQuiet || !went)
                Console.WriteLine(progress.Summary());
            return went ? Well : NotAllWell;
        }
        catch (Exception e) when (e is ToolstackException or IOException or UnauthorizedAccessException)
        {
            DomainsLog.CannotWork(logger, e.Message);
            Console.Error.WriteLine($"xendomains: {verb}: {e.Message}");
            return NotAllWell;
        }
    }

    HashSet<string>? Only() => options.Names.Count == 0 ? null : options.Names.ToHashSet(StringComparer.Ordinal);

    static string State(HostFacts facts, string? name) =>
        name is null ? "its configuration cannot be read"
        : facts.Domains.FirstOrDefault(domain => domain.Name == name) is { } domain
        ? string.Create(CultureInfo.InvariantCulture, $"is {domain.State.ToString().ToLowerInvariant()} as domain {domain.Id}")
        : facts.Rebooting.Contains(name) ? "reboots"
        : "is not there";

    static string StatusJson(HostFacts facts, List<(string Name, string State, bool IsWanted)> rows, bool isStarted,
        GuestResults results) => JsonText.Of(writer =>
    {
        // One word for a program; the member "state" is a sentence.
        var states = GuestState.Of(facts).ToLookup(guest => guest.Name, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.First().State, StringComparer.Ordinal);
        writer.WriteBoolean("started", isStarted);
        writer.WriteStartArray("guests");
        foreach (var (name, state, isWanted) in rows)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("state", state);
            writer.WriteBoolean("auto", isWanted);
            if (states.TryGetValue(name, out string? now))
                writer.WriteString("domain_state", now);
            if (facts.Domains.FirstOrDefault(domain => domain.Name == name) is { } domain)
                writer.WriteNumber("domid", domain.Id);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("images");
        foreach (var image in facts.Images)
        {
            writer.WriteStartObject();
            writer.WriteString("guest", image.Name);
            writer.WriteString("file", image.File);
            writer.WriteString("place", image.Place.ToString().ToLowerInvariant());
            if (image.Fault is not null)
                writer.WriteString("fault", image.Fault);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        results.Write(writer);
    });
}
