using Xen.Hosting;
using Xen.Linux;
using Xen.Linux.Processes;
using XenWatchdog;
using XenWatchdog.Daemon;

const int WrongUsage = 1, AnotherRuns = 1; // as in C xenwatchdogd

return await DaemonHost.MainAsync("xenwatchdogd", WrongUsage, async () =>
{
    if (args is ["status", .. var rest])
        return WatchdogStatusCommand.Run(rest);
    if (args is ["release", .. var more])
        return ReleaseCommand.Run(more);
    if (args is ["allowed", .. var daemons])
        return AllowedCommand.Run(daemons);
    var options = WatchdogOptions.Parse(args);
    if (options.WantsHelp || options.WantsVersion)
    {
        Console.WriteLine(options.WantsHelp ? WatchdogOptions.HelpText : $"xenwatchdogd {DaemonHost.Version}");
        return 0;
    }
    if (options.Hypervisor == "xen" && ResourceLimits.UserId != 0)
        throw new PosixException("start", Errno.EPERM, "xenwatchdogd takes root");
    if (AllowedCommand.Refusal(options.Hypervisor) is { } reason)
    {
        DaemonHost.SayWhy("xenwatchdogd", reason);
        return AllowedCommand.NotInThisGuest;
    }
    if (!options.StaysInForeground && !Background.IsBackground)
        return Background.Start(args).ExitStatus;

    Signals.HearEnds();

    // One daemon for a folder: two processes must not share the timer whose number is in it.
    string lockPath = Path.Combine(options.RunFolder, "lock");
    using var runLock = PidFile.TryTake(lockPath);
    if (runLock is null)
    {
        StandardError.WriteLine($"xenwatchdogd: another one runs and holds {lockPath}");
        return AnotherRuns;
    }
    await WatchdogService.RunAsync(options);
    return 0;
});
