using Xen.Hosting;
using Xen.Posix;
using XenStored;
using XenStored.Shell;

const int CouldNotStart = 1, WrongUsage = 2;

try
{
    var options = StoreOptions.Parse(args);
    if (options.WantsHelp || options.WantsVersion)
    {
        Console.WriteLine(options.WantsHelp ? StoreOptions.HelpText : $"xenstored {StoreOptions.Version}");
        return 0;
    }
    if (!options.StaysInForeground && !Background.IsBackground)
    {
        var (status, pid) = Background.Start(args);
        if (pid is not null && options.PrintsPid)
            Console.WriteLine(pid);
        return status;
    }

    using var pidFile = PidFile.TryTake(options.PidFile);
    if (pidFile is null)
    {
        StandardError.WriteLine($"xenstored: another one runs and holds {options.PidFile}");
        return 0; // as C xenstored has it
    }
    if (options.PrintsPid && options.StaysInForeground)
        Console.WriteLine(Environment.ProcessId);
    var builder = DaemonHost.Create("xenstored");
    builder.Services.AddSingleton(options);
    builder.Services.AddHostedService<StoreService>();
    using var host = builder.Build();
    await host.RunAsync();
    return LoopService.ExitStatus;
}
catch (UsageException e)
{
    StandardError.WriteLine($"xenstored: {e.Message}");
    return WrongUsage;
}
catch (Exception e) when (e is PosixException or IOException or UnauthorizedAccessException)
{
    StandardError.WriteLine($"xenstored: {e.Message}");
    return CouldNotStart;
}
