using Xen.Hosting;
using Xen.Hosting.Settings;
using Xen.Linux.Processes;
using XenDomains;
using XenDomains.Configuration;
using XenDomains.Execution;

const int WrongUsage = 22, UnknownVerb = 3;

return await DaemonHost.MainAsync("xendomains", WrongUsage, async () =>
{
    var options = DomainsOptions.Parse(args);
    if (options.WantsHelp || options.WantsVersion)
    {
        Console.WriteLine(options.WantsHelp ? DomainsOptions.HelpText : $"xendomains {DaemonHost.Version}");
        return 0;
    }
    if (options.Verb is not ("start" or "stop" or "save" or "restart" or "reload" or "status" or "plan" or "check" or "daemon"))
    {
        StandardError.WriteLine(options.Verb is "" ? "xendomains: a verb is needed (xendomains --help lists them)"
            : $"xendomains: unknown verb {options.Verb} (xendomains --help lists them)");
        return UnknownVerb;
    }
    if (options.Verb is not ("start" or "stop" or "save" or "plan") && options.Names.Count > 0)
        throw new UsageException($"{options.Verb} takes no names");
    if (options.Verb == "plan" && options.Names is not ([] or ["start"] or ["stop"]))
        throw new UsageException("plan takes start or stop");
    return StartStop.Settings(options.ConfigFile) is { } config
        ? await new Verbs(options, config).RunAsync() : await new WithoutSettings(options).RunAsync();
});
