using Microsoft.Extensions.Options;
using Xen.Hosting;
using Xen.Linux.Processes;
using XenDomains.Configuration;
using XenDomains.Execution;
using XenDomains.Facts;
using XenDomains.Planning;
using XenDomains.Reports;
using XenDomains.Service;
using XenDomains.Toolstack;

namespace XenDomains;

/// <summary>The verbs of the command line. Each returns its exit status.</summary>
sealed class Verbs(DomainsOptions options, DomainsConfig config)
{
    internal const int Well = 0, NotAllWell = 1;
    const int NotStarted = 3;

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
        var facts = await (what == "stop" ? guests.LookForStopAsync() : guests.LookAsync()).ConfigureAwait(false);
        if (what == "stop")
        {
            var stop = StopPlan.Make(facts, end: HostEnd.GoesDown);
            Console.Write(options.AsJson ? PlanText.JsonOf(stop) : PlanText.Of(stop));
            return stop.Steps.Any(step => step.IsFault) ? NotAllWell : Well;
        }
        var start = StartPlan.Make(facts, options.Discards);
        start = start with { Remarks = [.. start.Remarks, .. config.Remarks] };
        Console.Write(options.AsJson ? PlanText.JsonOf(start) : PlanText.Of(start));
        return Well;
    }

    /// <summary>Runs the service: guests start and stop with it.</summary>
    async Task<int> DaemonAsync()
    {
        await using var guests = new StartStop(options, config);
        var builder = DaemonHost.Create("xendomains");
        builder.Services.AddSingleton(Options.Create(new HostOptions { ShutdownTimeout = Timeout.InfiniteTimeSpan }));
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
        Console.Write(options.AsJson ? StatusText.JsonOf(facts, isStarted, guests.Results()) : StatusText.Of(facts, isStarted));
        return !isStarted ? NotStarted : StatusText.IsWell(facts) ? Well : NotAllWell;
    }

    async Task<int> CheckAsync()
    {
        await using var guests = new StartStop(options, config);
        var findings = await Preflight.LookAsync(guests, options.ConfigFile).ConfigureAwait(false);
        string[] remarks = [.. config.Remarks, .. guests.WhyNotKept is { } why
            ? (string[])[$"what xl says of configurations cannot be kept, so that each check asks it again: {why}"] : []];
        Console.Write(options.AsJson ? FindingsText.JsonOf(findings, remarks) : FindingsText.Of(findings, remarks));
        return findings.Count == 0 ? Well : NotAllWell;
    }

    async Task<int> RunAsync(string verb, Func<StartStop, Progress, Action<string>, Task<bool>> work) =>
        await new Operation(options, config, verb).RunAsync(work).ConfigureAwait(false) ? Well : NotAllWell;

    HashSet<string>? Only() => options.Names.Count == 0 ? null : options.Names.ToHashSet(StringComparer.Ordinal);
}
