using System.Globalization;
using Xen.Hosting.Settings;

namespace XenConsoled.Core;

/// <summary>
/// The daemon's command line. Every option of C xenconsoled is known. Our own options are the long ones at the end of
/// <see cref="HelpText"/>.
/// </summary>
sealed class ConsoleOptions
{
    const string ShortWithValue = "to";

    internal bool WantsHelp { get; private set; }
    internal bool WantsVersion { get; private set; }
    internal bool IsVerbose { get; private set; }
    internal bool StaysInForeground { get; private set; }
    internal bool LogsGuests { get; private set; }
    internal bool LogsHypervisor { get; private set; }
    internal bool StampsGuests { get; private set; }
    internal bool StampsHypervisor { get; private set; }
    internal bool JournalGuests { get; private set; }
    internal bool JournalHypervisor { get; private set; }
    internal int JournalRate { get; private set; } = 200;
    internal string LogFolder { get; private set; } = "/var/log/xen/console";
    internal string PidFile { get; private set; } = "/run/xen/xenconsoled.pid";
    internal string RunFolder { get; private set; } = DefaultRunFolder;
    internal bool KeepsOverflow { get; private set; }
    internal bool ReplacesEscape { get; private set; }
    internal string Hypervisor { get; private set; } = "xen";

    /// <summary>How long it looks for more output before it sleeps; 0: not at all.</summary>
    internal int PollMicroseconds { get; private set; } = 50;
    internal LogLimits LogLimits { get; private set; } = new(16 << 20, 4, 2L << 30, true);

    /// <summary>Options whose value the daemon did not take as given. Each is logged once.</summary>
    internal List<string> Warnings { get; } = [];

    internal const string DefaultRunFolder = "/run/xenconsoled";

    internal const string HelpText = """
        Usage: xenconsoled [options]
               xenconsoled attach [options] NAME|DOMID     look at a guest's console, several at once
               xenconsoled status [--json]                 what the running daemon does

        Serves the consoles of a Xen host's guests: passes their output to ptys, logs and viewers, and gives them
        what people type. `xl console` and `xl create -c` find the ptys in the store.

          -h, --help                 print this and end
          -V, --version              print the version and end
          -v, --verbose              log to standard error as well
          -i, --interactive          stay in the foreground, without a pid file
              --log=WHAT             what goes to log files: none, guest, hv or all (default none)
              --log-dir=FOLDER       folder for log files (default /var/log/xen/console; created if missing)
              --pid-file=FILE        in the background: file for the pid (default /run/xen/xenconsoled.pid)
          -t, --timestamp=WHAT       log files with a time in each line: none, guest, hv or all (default none)
          -o, --overflow-data=WHAT   output that no viewer takes: discard its middle, or keep: the guest waits
                                     (default discard)
              --replace-escape       write a dot instead of ESC into log files

        Logs
              --log-size=BYTES       rotate a file of this size (16M, at least 256K; 0: never); K, M, G may follow
              --log-generations=N    rotated files to keep, as NAME.log.1.gz and so on (4)
              --log-total=BYTES      limit for all logs of the folder together (2G, at least 1M; 0: no limit)
              --no-log-compress      do not compress rotated files
              --journal=WHAT         what also goes to the journal: none, guest, hv or all (default none)
              --journal-rate=N       lines per second of one guest (200)

        Where it runs
              --run-dir=FOLDER       its socket, and data that outlives its process (default /run/xenconsoled)
              --hypervisor=WHAT      xen (the default), none or simulated:FOLDER (guests played by files)
              --poll-us=N            after output, look for more for up to N microseconds before sleeping, while
                                     that pays (50, at most 1000; 0: never)

        SIGHUP opens log files again, SIGUSR1 logs the status.
        Environment: XENSTORED_PATH, XENSTORED_RUNDIR (the store's socket).
        Exit status: 0 ended normally; 1 could not start; 22 wrong usage.
        """;

    /// <exception cref="UsageException">An option is unknown or has a wrong value.</exception>
    internal static ConsoleOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ConsoleOptions();
        var words = new CommandLine(arguments, ShortWithValue);
        words.Each(name => options.Take(name, words), argument => throw new UsageException(
            $"unexpected argument {argument}: attach and status are the only commands; xenconsoled --help explains them"));
        return options;
    }

    void Take(string name, CommandLine words)
    {
        switch (name)
        {
            case "-h" or "--help": WantsHelp = true; break;
            case "-V" or "--version": WantsVersion = true; break;
            case "-v" or "--verbose": IsVerbose = true; break;
            case "-i" or "--interactive": StaysInForeground = true; break;
            case "--log": (LogsGuests, LogsHypervisor) = Which(name, words); break;
            case "-t" or "--timestamp": (StampsGuests, StampsHypervisor) = Which(name, words); break;
            case "--journal": (JournalGuests, JournalHypervisor) = Which(name, words); break;
            case "--log-dir": LogFolder = words.Path(name) ?? LogFolder; break;
            case "--pid-file": PidFile = words.Path(name) ?? PidFile; break;
            case "-o" or "--overflow-data": KeepsOverflow = Overflow(name, words.Value(name)); break;
            case "--replace-escape": ReplacesEscape = true; break;
            case "--log-size": LogLimits = LogLimits with { FileSize = Bytes(name, words.Value(name), least: 256 << 10) }; break;
            case "--log-generations": LogLimits = LogLimits with { Generations = words.Number(name, 0, 1000) }; break;
            case "--log-total": LogLimits = LogLimits with { Total = Bytes(name, words.Value(name), least: 1 << 20) }; break;
            case "--no-log-compress": LogLimits = LogLimits with { Compresses = false }; break;
            case "--journal-rate": JournalRate = words.Number(name, 1, 100_000); break;
            case "--run-dir": RunFolder = words.Path(name) ?? RunFolder; break;
            case "--hypervisor": Hypervisor = words.HypervisorName(name); break;
            case "--poll-us": PollMicroseconds = words.Number(name, most: 1000); break;
            default: throw new UsageException($"unknown option {name}; xenconsoled --help lists them");
        }
    }

    // C xenconsoled takes an unknown word for "none". A host without a console daemon cannot make a guest, so ours starts too, and logs it.
    (bool Guests, bool Hypervisor) Which(string name, CommandLine words)
    {
        string text = words.Value(name);
        if (text is not ("none" or "guest" or "hv" or "all"))
            Warnings.Add($"{name}={text} is taken for none: none, guest, hv or all is needed");
        return (text is "guest" or "all", text is "hv" or "all");
    }

    bool Overflow(string name, string text)
    {
        if (text is not ("keep" or "discard"))
            Warnings.Add($"{name}={text} is taken for discard: discard or keep is needed");
        return text == "keep";
    }

    static long Bytes(string name, string text, long least)
    {
        int shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        return long.TryParse(shift > 0 ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number <= long.MaxValue >> shift
            && (number == 0 || number << shift >= least)
            ? number << shift
            : throw new UsageException($"{name}={text}: 0 or at least {least} bytes are needed, as in {name}=16M");
    }
}
