using Xen.Hosting;
using Xen.Linux.Processes;
using XenStored.Daemon;
using XenStored.Handover;
using XenStored.Options;

const int WrongUsage = 2, LostWithAnother = 3;

return await DaemonHost.MainAsync("xenstored", WrongUsage, async () =>
{
    var options = StoreOptions.Parse(args);
    if (options.WantsHelp || options.WantsVersion)
    {
        Console.WriteLine(options.WantsHelp ? StoreOptions.HelpText : $"xenstored {DaemonHost.Version}");
        return 0;
    }
    if (options.ChecksState)
        return StoreOpening.SayWhether(options.StateFile);
    if (options.ChecksUpdate)
        return await UpdateCheck.RunAsync(options, [.. args.Where(word => word != UpdateCheck.Option)]);
    if (options.ExportFile is not null || Keeper.WantsExport)
        return Keeper.WantsExport ? Departure.HandOver(options) : Departure.Export(options, options.ExportFile!);
    if (!options.StaysInForeground && !options.TookOver && !Background.IsBackground)
        return Keeper.StartInBackground(options, args);

    using var pidFile = PidFile.TryTake(options.PidFile);
    if (pidFile is null)
    {
        StandardError.WriteLine($"xenstored: another one runs and holds {options.PidFile}");
        if (!options.TookOver)
            return 0; // as C xenstored has it; but a store that has been taken over has no other process that would serve it
    }
    if (StoreOpening.WhyNotAnew(options) is { } reason)
    {
        StandardError.WriteLine($"xenstored: {reason}");
        return LostWithAnother;
    }
    if (options.PrintsPid && options.StaysInForeground)
        Console.WriteLine(Environment.ProcessId);
    var builder = DaemonHost.Create("xenstored");
    builder.Services.AddSingleton(options).AddHostedService<StoreService>();
    using var host = builder.Build();
    await host.RunAsync();
    return LoopService.ExitStatus;
});
