using Xen.Hosting;
using Xen.Linux;
using Xen.Linux.Processes;
using XenConsoled.Client;
using XenConsoled.Core;
using XenConsoled.Daemon;

const int AnotherRuns = 1, WrongUsage = 22; // EINVAL, as in C xenconsoled

return await DaemonHost.MainAsync("xenconsoled", WrongUsage, async () =>
{
    if (args is ["attach", .. var rest])
        return AttachCommand.Run(rest);
    if (args is ["status", .. var more])
        return ConsoleStatusCommand.Run(more);
    var options = ConsoleOptions.Parse(args);
    if (options.WantsHelp || options.WantsVersion)
    {
        Console.WriteLine(options.WantsHelp ? ConsoleOptions.HelpText : $"xenconsoled {DaemonHost.Version}");
        return 0;
    }
    if (options.Hypervisor == "xen" && ResourceLimits.UserId != 0)
        throw new PosixException("start", Errno.EPERM, "xenconsoled takes root");
    if (!options.StaysInForeground && !Background.IsBackground)
        return Background.Start(args).ExitStatus;

    // One daemon for a folder: two processes must not share what outlives a process.
    string lockPath = Path.Combine(options.RunFolder, "lock");
    using var runLock = PidFile.TryTake(lockPath);
    using var pidFile = options.StaysInForeground ? null : PidFile.TryTake(options.PidFile);
    if (runLock is null || pidFile is null && !options.StaysInForeground)
    {
        StandardError.WriteLine($"xenconsoled: another one runs and holds {(runLock is null ? lockPath : options.PidFile)}");
        return AnotherRuns;
    }
    var builder = DaemonHost.Create("xenconsoled", logsHereToo: options.IsVerbose);
    builder.Services.AddSingleton(options);
    builder.Services.AddHostedService<ConsoleService>();
    using var host = builder.Build();
    await host.RunAsync();
    return LoopService.ExitStatus;
});
