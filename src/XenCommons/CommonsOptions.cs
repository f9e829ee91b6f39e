using System.Net;
using Xen.Hosting.Settings;
using XenCommons.Top;

namespace XenCommons;

/// <summary>The command line.</summary>
sealed class CommonsOptions
{
    internal const string HelpText = """
        Usage: xencommons start [--quiet] [--module=NAME ...]
               xencommons init-dom0 [UUID]
               xencommons check [--json] [--config=FILE]
               xencommons metrics [--openmetrics | --file=FILE [--every=SECONDS] | --serve [--listen=ADDRESS:PORT]]
               xencommons top [--interval=SECONDS] [--clients] [--sort=COLUMN] [--filter=TEXT] [--once] [--json]
               xencommons xenstored [--foreground | --ready]
               xencommons store swap [--plan] [--to=PROGRAM] [--arguments=WORDS] [--timeout=SECONDS] [--force]
               xencommons qemu-dom0 [--find | --gone]

        start      makes a booted kernel a Xen host: mounts xenfs, loads the modules that are needed and available, creates the
                   folders, and sets domain 0 up if a xenstored runs. On a host that is no dom0 it says so and succeeds.
                   You may run it again at any time.
        init-dom0  waits for the store and sets domain 0 up in it, as xen-init-dom0 does; UUID becomes the host's
        check      finds everything that is missing or causes trouble, and says what to do. It also works on a host where Xen
                   is not installed yet.
        metrics    prints the figures of this host for Prometheus: of the store, consoles, guests, the watchdog, the hypervisor and
                   check. With --file it writes them into a file, for node_exporter and for --serve. --serve is a server of such
                   a file over HTTP; it needs no rights, and asks no daemon.
        top        shows on this terminal what each domain asks of the store, what its console says and how much of its quotas it uses,
                   and which processes are clients of the store. Keys: Tab domains or clients, arrows select, Enter a domain's most
                   frequent paths, < > the column to sort by, r reverse, / filter by name, p pause, q quit.
        xenstored  becomes the store that the settings want (environment: below), as launch-xenstore does
        store swap puts our xenstored into the place of the C xenstored or oxenstored that runs, or of an older one of ours, and then
                   into its service. Guests and clients stay connected. --plan only says what it would do, or why it cannot.
        qemu-dom0  becomes the QEMU that serves disks of any format to domain 0 itself. --find: only print which one; 1 if there is none.
                   --gone: note in the store that it ended

          -h, --help           this text
          -V, --version        the version
          -q, --quiet          print failures only
          -F, --foreground     xenstored: be the daemon, or run as long as another daemon or the store's domain lives
              --ready          xenstored: start nothing, and only say whether the store answers
              --plan           store swap: change nothing; 0: it can be done
              --to=PROGRAM     store swap: this program instead of ours, such as Xen's own C xenstored
              --arguments=WORDS  store swap: its command line, instead of that of the store that runs
              --timeout=SECONDS  store swap: how long to wait for clients that have a transaction open (60)
              --force          store swap: break transactions off after that time
              --module=NAME    start: load this module as well
              --json           check: print the findings as JSON; top: print one object a line for each interval
              --interval=SECONDS  top: the time between two readings (2)
              --once           top: print one table after one interval and end, as without a terminal
              --clients        top: begin with the clients on the store's sockets
              --sort=COLUMN    top: id, name, requests, writes, eagain, events, memory, quota, console or held; of clients id, pid, uid,
                               command, requests, writes, eagain, events, watches or queued (requests)
              --filter=TEXT    top: only domains with this in their name, or clients with this in their command
              --config=FILE    check: read this kernel configuration instead of the running kernel's
              --openmetrics    metrics: print OpenMetrics instead of Prometheus' own text format
              --file=FILE      metrics: the file that is written, or served (/run/xen-metrics/xen.prom)
              --every=SECONDS  metrics: write the file again and again, with this pause
              --serve          metrics: serve the file
              --listen=ADDRESS:PORT  metrics --serve: where to listen, unless the init system gives a socket (127.0.0.1:9785)
              --programs=FOLDER  metrics, top: the folder of the daemons' programs, which are asked (that of xencommons)
              --root=FOLDER    check, metrics, xenstored, store swap: read the host's files below this folder
              --hypervisor=WHAT  xen (the default), none or simulated:FOLDER

        Environment: XEN_KERNEL_MODULES (more modules), QEMU_XEN (the QEMU), XENQEMUDEV_ARGS (more of its options), XENSTORED_PATH,
        XENSTORED_RUNDIR (the store's socket).
        For metrics and top: XENCONSOLED_RUN_DIR; for metrics: XENWATCHDOGD_RUN_DIR, XENDOMAINS_RUN_DIR (the daemons' folders in /run),
        XENDOMAINS_CONFIG (the settings of xendomains).
        For xenstored: XENSTORETYPE (daemon, or domain), XENSTORED (the daemon), XENSTORED_ARGS, XENSTORED_TRACE (anything:
        trace into /var/log/xen/xenstored-trace.log), XENSTORED_MAX_OPEN_FDS (a number or unlimited), XENSTORED_OOM_MEM_THRESHOLD
        (50: oom_score_adj -500); XENSTORE_DOMAIN_KERNEL, XENSTORE_DOMAIN_SIZE (8 MiB), XENSTORE_MAX_DOMAIN_SIZE,
        XENSTORE_DOMAIN_ARGS.
        If NAME_ARGS is not set, NAME_OPTS counts; Gentoo and Alpine use that name (Alpine also XENQEMU_OPTS).
        Exit status: start, init-dom0, xenstored: 0 ready, or nothing to do; 1 something failed; 22 wrong usage.
        xenstored --foreground: 3 the store of another daemon or of a domain is lost, and a new one would be empty.
        store swap: 0 done, or nothing to do; 1 it cannot be done, and the store that runs goes on; 3 the program was put into its
        place, but the service could not be started; 22 wrong usage.
        metrics: 0 printed or written, whatever has answered; 1 the file cannot be written, or it cannot listen; 22 wrong usage.
        top: 0 ended by q, Ctrl-C or a signal (not with --once), or printed once, or the reader of a pipe is gone; 1 the store does not
        answer (--once), or standard output cannot be written; 22 wrong usage. NO_COLOR: no colours.
        check: 0 nothing found, or only remarks; 1 warnings; 2 errors; 22 wrong usage.
        """;

    internal string Verb { get; private set; } = "";
    internal bool WantsHelp { get; private set; }
    internal bool WantsVersion { get; private set; }
    internal bool IsQuiet { get; private set; }
    internal bool IsJson { get; private set; }
    internal bool FindsOnly { get; private set; }
    internal bool IsGone { get; private set; }
    internal bool StaysInForeground { get; private set; }
    internal bool AsksOnly { get; private set; }
    internal bool AsOpenMetrics { get; private set; }
    internal bool Serves { get; private set; }
    internal string? MetricsFile { get; private set; }
    internal int? Every { get; private set; }
    internal IPEndPoint? Listen { get; private set; }
    internal string? Programs { get; private set; }
    internal int IntervalSeconds { get; private set; } = 2;
    internal bool IsOnce { get; private set; }
    internal bool ShowsClients { get; private set; }
    internal string Sort { get; private set; } = "";
    internal string Filter { get; private set; } = "";
    internal bool PlansOnly { get; private set; }
    internal bool IsForced { get; private set; }
    internal string? To { get; private set; }
    internal string? Arguments { get; private set; }
    internal int TimeoutSeconds { get; private set; } = 60;
    internal string? ConfigFile { get; private set; }
    internal string Root { get; private set; } = "/";
    internal Guid Uuid { get; private set; }
    internal string Hypervisor { get; private set; } = "xen";
    internal List<string> MoreModules { get; } =
        [.. (Environment.GetEnvironmentVariable("XEN_KERNEL_MODULES") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    /// <exception cref="UsageException">A word is unknown or has a wrong value.</exception>
    internal static CommonsOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new CommonsOptions();
        var words = new CommandLine(arguments, "");
        words.Each(name => options.Take(name, words), options.TakeArgument);
        if (options is { Verb: "", WantsHelp: false, WantsVersion: false })
            throw new UsageException("start, init-dom0, check, metrics, top, xenstored, store swap or qemu-dom0 is needed;"
                + " xencommons --help explains them");
        if (options is { Verb: "store", WantsHelp: false, WantsVersion: false })
            throw new UsageException("store swap is the only command that begins with store");
        if (options.Verb == "top")
            options.CheckSort();
        return options;
    }

    void Take(string name, CommandLine words)
    {
        switch (name)
        {
            case "-h" or "--help": WantsHelp = true; break;
            case "-V" or "--version": WantsVersion = true; break;
            case "-q" or "--quiet": IsQuiet = true; break;
            case "--json": IsJson = true; break;
            case "--find": FindsOnly = true; break;
            case "--gone": IsGone = true; break;
            case "-F" or "--foreground": StaysInForeground = true; break;
            case "--ready": AsksOnly = true; break;
            case "--module": MoreModules.Add(words.Value(name)); break;
            case "--openmetrics": AsOpenMetrics = true; break;
            case "--serve": Serves = true; break;
            case "--file": MetricsFile = words.Path(name) ?? MetricsFile; break;
            case "--every": Every = words.Number(name, 1, 3600); break;
            case "--listen": Listen = Address(name, words.Value(name)); break;
            case "--programs": Programs = words.Path(name) ?? Programs; break;
            case "--config": ConfigFile = words.Path(name) ?? ConfigFile; break;
            case "--root": Root = words.Path(name) ?? Root; break;
            case "--hypervisor": Hypervisor = words.HypervisorName(name); break;
            default: TakeOfSwap(name, words); break;
        }
    }

    void TakeArgument(string name)
    {
        switch (name)
        {
            case "start" or "init-dom0" or "check" or "metrics" or "top" or "xenstored" or "qemu-dom0" or "store" when Verb == "":
                Verb = name;
                break;
            case "swap" when Verb == "store": Verb = "store swap"; break;
            default:
                if (Verb != "init-dom0" || Uuid != Guid.Empty)
                    throw new UsageException(Verb != "" ? $"unexpected argument {name}"
                        : $"unknown verb {name}: start, init-dom0, check, metrics, top, xenstored, store swap and qemu-dom0 are known");
                Uuid = Guid.TryParseExact(name, "D", out var uuid) ? uuid
                    : throw new UsageException($"{name} is no UUID: one has the form 01234567-89ab-cdef-0123-456789abcdef");
                break;
        }
    }

    void TakeOfSwap(string name, CommandLine words)
    {
        switch (name)
        {
            case "--plan": PlansOnly = true; break;
            case "--force": IsForced = true; break;
            case "--to": To = words.Path(name) ?? To; break;
            case "--arguments": Arguments = words.Value(name); break;
            case "--timeout": TimeoutSeconds = words.Number(name, most: 86400); break;
            default: TakeOfTop(name, words); break;
        }
    }

    void TakeOfTop(string name, CommandLine words)
    {
        switch (name)
        {
            case "--interval": IntervalSeconds = words.Number(name, 1, 3600); break;
            case "--once": IsOnce = true; break;
            case "--clients": ShowsClients = true; break;
            case "--sort": Sort = words.Value(name); break;
            case "--filter": Filter = words.Value(name); break;
            default: throw new UsageException($"unknown option {name}; xencommons --help lists them");
        }
    }

    void CheckSort()
    {
        string[] columns = [.. TopState.HeadingsOf(ShowsClients ? TopKind.Clients : TopKind.Domains).Select(heading => heading.Name)];
        if (Sort.Length > 0 && !columns.Contains(Sort))
            throw new UsageException($"--sort {Sort}: the columns are {string.Join(", ", columns)}");
    }

    static IPEndPoint Address(string name, string text) =>
        text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var address) && address.Port > 0 ? address
            : throw new UsageException($"{name} {text}: an address and a port are needed, as in 127.0.0.1:9785");
}
