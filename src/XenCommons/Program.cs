using Xen.Hosting;
using XenCommons;

const int WrongUsage = 22;

return await DaemonHost.MainAsync("xencommons", WrongUsage, async () =>
{
    var options = CommonsOptions.Parse(args);
    if (options.WantsHelp || options.WantsVersion)
    {
        Console.WriteLine(options.WantsHelp ? CommonsOptions.HelpText : $"xencommons {DaemonHost.Version}");
        return 0;
    }
    return options.Verb switch
    {
        "start" => await StartCommand.RunAsync(options),
        "xenstored" => await StoreCommand.RunAsync(options),
        "store swap" => await SwapCommand.RunAsync(options),
        "qemu-dom0" => await QemuCommand.RunAsync(options),
        "top" => await TopCommand.RunAsync(options),
        "metrics" => await MetricsCommand.RunAsync(options),
        "init-dom0" => await StartCommand.InitDom0Async(options),
        _ => await CheckCommand.RunAsync(options),
    };
});
