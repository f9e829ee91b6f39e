using System.Globalization;
using Xen.Hosting.Settings;
using XenWatchdog.Evaluation;

namespace XenWatchdog.Daemon;

/// <summary>The command line: C xenwatchdogd's own form, old and new, and our long options.</summary>
sealed class WatchdogOptions
{
    internal const string DefaultRunFolder = "/run/xenwatchdogd", DefaultStateFolder = "/var/lib/xen/watchdog";

    const int LeastTimeout = 2, LeastSleep = 1, MostSeconds = int.MaxValue / 1000, DefaultBudget = 300;

    internal bool WantsHelp { get; private set; }
    internal bool WantsVersion { get; private set; }
    internal bool StaysInForeground { get; private set; }
    internal bool EndsSafely { get; private set; }
    internal uint Timeout { get; private set; }
    internal uint Sleep { get; private set; }
    internal CheckMode Mode { get; private set; } = CheckMode.Report;
    internal TimeSpan Every { get; private set; } = TimeSpan.FromSeconds(10);
    internal TimeSpan Within { get; private set; } = TimeSpan.FromSeconds(10);
    internal uint ShutdownBudget { get; private set; } = DefaultBudget;
    internal int LeastMemory { get; private set; } = 16;
    internal string RunFolder { get; private set; } = DefaultRunFolder;
    internal string StateFolder { get; private set; } = DefaultStateFolder;
    internal string Hypervisor { get; private set; } = "xen";

    readonly Dictionary<CheckRule, CheckSetting> settings = [];
    readonly List<string> numbers = [];

    internal const string HelpText = """
        Usage: xenwatchdogd [options] TIMEOUT [SLEEP]
               xenwatchdogd status [--json] [--run-dir=FOLDER]
               xenwatchdogd release [--run-dir=FOLDER]
               xenwatchdogd allowed [options]

        Arms a watchdog timer of the hypervisor and kicks it every SLEEP seconds (1 at least; half of TIMEOUT if it is not given).
        If nobody kicks it for TIMEOUT seconds (2 at least), the hypervisor resets the host, or ends the guest that it runs in.
        Meanwhile the daemon checks the host.

          -h, --help                 this text
          -V, --version              the version
          -F, --foreground           stay in the foreground
          -x, --safe-exit            give the timer back at the end, whichever signal ends the daemon

        Checks
              --mode=MODE            off, report (log a failure; the default) or enforce (act on it)
              --check=NAME=MODE[,N]  the same for one check; N failures in a row make it fail (default 3)
              --every=SECONDS        time between two rounds (10)
              --within=SECONDS       a check that takes longer has failed (10)
              --least-memory=MIB     free memory that the hypervisor should have (16)

        store-socket, store-ring, hypercall, fork, root, threads: if enforced, the timer is not kicked while one has failed,
        and the host is reset. If the store is our xenstored, its service is restarted first.
        console: if enforced, its service is restarted. devices, grants, memory, zombies, disks: only reported, also with enforce.

        Where and when
              --shutdown-budget=SECONDS  how long a shutdown of the host may take after this daemon has ended (300)
              --state-dir=FOLDER     folder for the reasons of resets (default /var/lib/xen/watchdog)
              --run-dir=FOLDER       folder for status, lock and the timer's number (default /run/xenwatchdogd)
              --hypervisor=WHAT      xen (the default) or simulated:FOLDER

        SIGUSR1 gives the timer back and ends. SIGTERM, SIGINT, SIGQUIT and SIGHUP set it to the shutdown budget and end (with -x:
        give it back). While the host goes down, each of these signals sets it to the budget.
        Exit status: 0 ended normally; 1 could not start, or wrong usage; 3 this is a guest whose kernel lets no program make hypercalls.
        """;

    /// <exception cref="UsageException">An option is unknown or has a wrong value.</exception>
    internal static WatchdogOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new WatchdogOptions();
        var words = new CommandLine(arguments, "");
        words.Each(name => options.Take(name, words), options.numbers.Add);
        if (!options.WantsHelp && !options.WantsVersion)
            options.TakeNumbers();
        return options;
    }

    /// <summary>Each check of this kind of domain, with its setting.</summary>
    internal IEnumerable<(CheckRule Rule, CheckSetting Setting)> Checks(bool isHost) =>
        from row in Rules.All
        where isHost || row.Rule.IsForGuests
        select (row.Rule, settings.GetValueOrDefault(row.Rule, new(Mode, Rules.DefaultFailures)));

    void Take(string name, CommandLine words)
    {
        switch (name)
        {
            case "-h" or "--help": WantsHelp = true; break;
            case "-V" or "--version": WantsVersion = true; break;
            case "-F" or "--foreground": StaysInForeground = true; break;
            case "-x" or "--safe-exit": EndsSafely = true; break;
            case "--mode": Mode = ModeOf(name, words.Value(name)); break;
            case "--check": TakeCheck(words.Value(name)); break;
            case "--every": Every = TimeSpan.FromSeconds(words.Number(name, 1, 3600)); break;
            case "--within": Within = TimeSpan.FromSeconds(words.Number(name, 1, 3600)); break;
            case "--least-memory": LeastMemory = words.Number(name, 0, 1 << 20); break;
            case "--shutdown-budget": ShutdownBudget = (uint)words.Number(name, 10, 86_400); break;
            case "--state-dir": StateFolder = words.Path(name) ?? StateFolder; break;
            case "--run-dir": RunFolder = words.Path(name) ?? RunFolder; break;
            case "--hypervisor": Hypervisor = words.HypervisorName(name); break;
            default: throw new UsageException($"unknown option {name}; xenwatchdogd --help lists them");
        }
    }

    void TakeNumbers()
    {
        if (numbers.Count == 0)
            throw new UsageException("a timeout must be given: xenwatchdogd TIMEOUT [SLEEP], as in `xenwatchdogd 60 15`");
        if (numbers.Count > 2)
            throw new UsageException($"unexpected argument {numbers[2]}: a timeout and a time to sleep are taken,"
                + " or one of the commands status, release and allowed");
        Timeout = Seconds("timeout", numbers[0], LeastTimeout, MostSeconds);
        Sleep = numbers.Count == 1 ? Timeout / 2 : Seconds("sleep", numbers[1], LeastSleep, (int)Timeout - 1);
    }

    // Reads a number as C xenwatchdogd does: 0x1e is 30, too.
    static uint Seconds(string what, string text, int least, int most)
    {
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        string digits = isHex ? text[2..] : text;
        return int.TryParse(digits, style, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? (uint)number
            : throw new UsageException($"invalid {what} {text}: whole seconds from {least} to {most} are needed");
    }

    void TakeCheck(string text)
    {
        string[] parts = text.Split('=', 2);
        var rule = Rules.Find(parts[0])
            ?? throw new UsageException($"--check {text}: there is no check {parts[0]};"
                + $" there are {string.Join(", ", Rules.All.Select(row => row.Rule.Name))}");
        string[] values = (parts.ElementAtOrDefault(1) ?? "").Split(',', 2);
        var mode = ModeOf("--check " + parts[0], values[0]);
        if (mode == CheckMode.Enforce && rule.Tier == Tier.Warning)
            throw new UsageException($"--check {text}: {rule.Name} is no reason to reset a host, so it can only be report or off");
        int failures = values.Length == 1 ? Rules.DefaultFailures : CommandLine.Number("--check " + parts[0], values[1], 1, 1000);
        settings[rule] = new(mode, failures);
    }

    static CheckMode ModeOf(string name, string text) => text switch
    {
        "off" => CheckMode.Off,
        "report" => CheckMode.Report,
        "enforce" => CheckMode.Enforce,
        _ => throw new UsageException($"{name}={text}: off, report or enforce is needed"),
    };
}
