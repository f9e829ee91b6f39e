using Xen.Hosting;
using Xen.Hosting.Settings;
using Xen.Linux.Processes;
using XenDomains;
using XenDomains.Configuration;
using XenDomains.Execution;
using XenDomains.Toolstack;

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
    if (StartStop.Settings(options.ConfigFile) is not { } config)
    {
        string none = $"there are no settings: {options.ConfigFile ?? string.Join(", ", DomainsSettings.Places)}";
        if (options.Verb is "stop")
            return await Verbs.StopWithoutSettingsAsync(options, none);
        if (options is { Verb: "check" } or { Verb: "plan", Names: ["stop"] })
            return await Verbs.LookWithoutSettingsAsync(options, none);
        StandardError.WriteLine("xendomains: " + none);
        return Verbs.NoSettings;
    }
    var verbs = new Verbs(options, config);
    try
    {
        return options.Verb switch
        {
            "start" => await verbs.StartAsync(),
            "stop" => await verbs.StopAsync(),
            "save" => await verbs.SaveAsync(),
            "restart" => await verbs.RestartAsync(),
            "reload" => verbs.Reload(),
            "status" => await verbs.StatusAsync(),
            "plan" => await verbs.PlanAsync(options.Names.FirstOrDefault()),
            "check" => await verbs.CheckAsync(),
            _ => await verbs.DaemonAsync(),
        };
    }
    catch (ToolstackException e)
    {
        StandardError.WriteLine($"xendomains: {e.Message}");
        return Verbs.NotAllWell;
    }
});
