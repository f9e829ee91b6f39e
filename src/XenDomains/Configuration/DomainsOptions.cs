using Xen.Hosting.Settings;

namespace XenDomains.Configuration;

/// <summary>The command line: a verb of upstream's script, guests, options.</summary>
sealed class DomainsOptions
{
    internal bool WantsHelp { get; private set; }
    internal bool WantsVersion { get; private set; }
    internal bool AsJson { get; private set; }
    internal bool IsQuiet { get; private set; }
    internal bool IsQuick { get; private set; }
    internal string Verb { get; private set; } = "";
    internal List<string> Names { get; } = [];
    internal HashSet<string> Discards { get; } = new(StringComparer.Ordinal);
    internal string? ConfigFile { get; private set; }
    internal int? Parallel { get; private set; }
    internal string Xl { get; private set; } = "xl";
    internal string RunFolder { get; private set; } = "/run/xendomains";
    internal string? LockFile { get; private set; }
    internal string CacheFolder { get; private set; } = "/var/cache/xendomains";

    internal const string HelpText = """
        Usage: xendomains [options] start [--discard[=NAME]] [NAME...]   start the guests that start with the host
               xendomains [options] stop [NAME...]            migrate, save or shut down guests, as the settings say
               xendomains [options] save [NAME...]            save guests, and nothing else
               xendomains [options] restart                   stop, then start
               xendomains [options] reload                    read the settings again and report errors in them
               xendomains [options] status [--json] [--quick] which guests run and which should
               xendomains [options] plan [start|stop] [--json]   what would happen, and why
               xendomains [options] check [--json]            look for what would go wrong
               xendomains [options] daemon                    run as a service: start guests, and stop them at SIGTERM

        Guests are the configurations in /etc/xen/auto and the images in /var/lib/xen/save, unless the settings in
        /etc/default/xendomains (or /etc/sysconfig, /etc/conf.d) name other folders. Comments in a configuration
        define the order: # xendomains: after=db requires=storage ready=tcp:10.0.0.5:80

          -h, --help              print this and end
          -V, --version           print the version and end
          -q, --quiet             print only what goes wrong
              --config=FILE       the settings
              --parallel=N        xl commands at the same time (default: by CPUs and memory)
              --discard           start guests without their images, and remove these
              --discard=NAME      the same for one guest
              --json              print JSON
              --quick             status: read names in the texts of configurations, and look at no disks; for monitoring
              --xl=PROGRAM        the toolstack (default xl)
              --run-dir=FOLDER    folder of the lock: only one works at a time (default /run/xendomains)
              --lock-file=FILE    shows that guests were started (default /var/lock/subsys/xendomains, or /var/lock/xendomains)
              --cache-dir=FOLDER      what xl said of the configurations, so that it is not asked again about unchanged ones
                                      (default /var/cache/xendomains; XENDOMAINS_CACHE=false: it is always asked)

        Exit status: 0 success; 1 something failed, and was reported; 3 not started (status), unknown verb;
        6 no settings; 22 wrong usage.
        """;

    /// <exception cref="UsageException">An option is unknown or has a wrong value.</exception>
    internal static DomainsOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new DomainsOptions();
        var words = new CommandLine(arguments, "");
        words.Each(name => options.Take(name, words), options.TakeArgument);
        return options;
    }

    void Take(string name, CommandLine words)
    {
        switch (name)
        {
            case "-h" or "--help": WantsHelp = true; break;
            case "-V" or "--version": WantsVersion = true; break;
            case "-q" or "--quiet": IsQuiet = true; break;
            case "--json": AsJson = true; break;
            case "--quick": IsQuick = true; break;
            case "--config": ConfigFile = words.Path(name) ?? ConfigFile; break;
            case "--parallel": Parallel = words.Number(name, 1, 256); break;
            case "--discard": Discards.Add(words.Attached is null ? "" : words.Value(name)); break;
            case "--xl": Xl = words.Given(name) ?? Xl; break;
            case "--run-dir": RunFolder = words.Path(name) ?? RunFolder; break;
            case "--cache-dir": CacheFolder = words.Path(name) ?? CacheFolder; break;
            case "--lock-file": LockFile = words.Path(name) ?? LockFile; break;
            default: throw new UsageException($"unknown option {name} (xendomains --help lists them)");
        }
    }

    void TakeArgument(string word)
    {
        if (Verb is "")
            Verb = word;
        else
            Names.Add(word);
    }
}
