using Xen.Hosting;
using Xen.Posix;
using XenConsoled;
using XenConsoled.Client;

const int CouldNotStart = 1, WrongUsage = 22; // EINVAL, as C xenconsoled has it

try
{
    if (args is ["attach", .. var rest])
        return AttachCommand.Run(rest);
    if (args is ["status", .. var more])
        return StatusCommand.Run(more);
    var options = ConsoleOptions.Parse(args);
    if (options.WantsHelp || options.WantsVersion)
    {
        Console.WriteLine(options.WantsHelp ? ConsoleOptions.HelpText : $"xenconsoled {ConsoleOptions.Version}");
        return 0;
    }
    if (options.Hypervisor == "xen" && Limits.UserId != 0)
        throw new PosixException("start", Errno.EPERM, "xenconsoled takes root");
    if (!options.StaysInForeground && !Background.IsBackground)
        return Background.Start(args).ExitStatus;

    // One daemon a folder: what outlives a process must not be two processes'.
    string lockPath = Path.Combine(options.RunFolder, "lock");
    using var runLock = PidFile.TryTake(lockPath);
    using var pidFile = options.StaysInForeground ? null : PidFile.TryTake(options.PidFile);
    if (runLock is null || pidFile is null && !options.StaysInForeground)
    {
        StandardError.WriteLine($"xenconsoled: another one runs and holds {(runLock is null ? lockPath : options.PidFile)}");
        return CouldNotStart;
    }
    var builder = DaemonHost.Create("xenconsoled", options.IsVerbose);
    builder.Services.AddSingleton(options);
    builder.Services.AddHostedService<ConsoleService>();
    using var host = builder.Build();
    await host.RunAsync();
    return LoopService.ExitStatus;
}
catch (UsageException e)
{
    StandardError.WriteLine($"xenconsoled: {e.Message}");
    return WrongUsage;
}
catch (Exception e) when (e is PosixException or IOException or UnauthorizedAccessException)
{
    StandardError.WriteLine($"xenconsoled: {e.Message}");
    return CouldNotStart;
}
