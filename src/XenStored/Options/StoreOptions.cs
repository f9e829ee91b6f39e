using Xen.Hosting.Settings;
using XenStored.Clients.Limits;
using XenStored.Logs;

namespace XenStored.Options;

/// <summary>
/// The options of the command line and the environment. Every option of C xenstored is known, also those of older versions. Our own are the
/// long ones at the end of <see cref="HelpText"/>.
/// </summary>
sealed class StoreOptions
{
    /// <summary>The end of the name of the state's file, behind the path of the socket.</summary>
    internal const string StateSuffix = ".store";

    const string ShortWithValue = "EFSWtAMQqwTI";

    internal string RunFolder { get; private set; } =
        Environment.GetEnvironmentVariable("XENSTORED_RUNDIR") is { Length: > 0 } folder ? folder : "/run/xenstored";
    internal string PidFile { get; private set; } = "/run/xen/xenstored.pid";
    internal bool StaysInForeground { get; private set; }
    internal bool WantsHelp { get; private set; }
    internal bool WantsVersion { get; private set; }

    /// <summary>Only says whether this version can go on with the state of the store that runs.</summary>
    internal bool ChecksState { get; private set; }

    /// <summary>Only says what a live update is to become (for the keeper).</summary>
    internal bool ChecksUpdate { get; private set; }

    /// <summary>Another xenstored has become this program, or an earlier version of it.</summary>
    internal bool TookOver => leftName is not null;

    /// <summary>The stream that it has left, if this is the first store since then; else null.</summary>
    internal string? LeftStream =>
        leftName is null || Environment.GetEnvironmentVariable("XENSTORED_ARRIVES") is null ? null : Path.Combine(RunFolder, leftName);

    string? leftName;

    /// <summary>A stream to begin with; null: none.</summary>
    internal string? ImportFile { get; private set; }

    /// <summary>Only writes the state of the store that runs, or ran last, into this file.</summary>
    internal string? ExportFile { get; private set; }

    /// <summary>The version of the stream that is written.</summary>
    internal int StreamVersion { get; private set; } = 1;
    internal bool PrintsPid { get; private set; }
    internal string? TraceFile { get; private set; }
    internal List<string> TraceControl { get; } = [];
    internal bool KeepOrphans { get; private set; }
    internal ushort MasterDomid { get; private set; }
    internal ushort PrivilegedDomid { get; private set; }
    internal uint HomePort { get; private set; }
    internal string Hypervisor { get; private set; } = "xen";

    /// <summary>How long it looks for the next request before it sleeps; 0: not at all.</summary>
    internal int PollMicroseconds { get; private set; } = 50;
    internal int EventTimeoutMs { get; private set; } = 20_000;
    internal List<(Quota Quota, int Value)> Quotas { get; } = [];
    internal long StoreBytes { get; private set; } = 1L << 30;
    internal int SocketQueueBytes { get; private set; } = 16 << 20;
    internal int SocketConnections { get; private set; } = 16384;
    internal int SocketWatches { get; private set; } = 65536;
    internal int SocketTransactions { get; private set; } = 1024;

    /// <summary>Those of the read-only socket.</summary>
    internal ReaderOptions Readers { get; } = new();
    internal string LogFolder { get; private set; } = "/var/lib/xen/xenstore";

    internal string SocketPath =>
        Environment.GetEnvironmentVariable("XENSTORED_PATH") is { Length: > 0 } path ? path : Path.Combine(RunFolder, "socket");

    /// <summary>The read-only socket, beside the other one. libxenstore looks for it there as well (XS_OPEN_READONLY).</summary>
    internal string ReaderPath => SocketPath + "_ro";

    /// <summary>The file of the store's state, which outlives its process.</summary>
    internal string StateFile => SocketPath + StateSuffix;

    internal const string HelpText = """
        Usage: xenstored [options]

        The store of a Xen host: a tree of nodes with watches and transactions, served to local clients on a
        Unix socket and to guests on shared rings.

          -F, --pid-file FILE        write the pid here (default /run/xen/xenstored.pid)
          -N, --no-fork              stay in the foreground
          -P, --output-pid           print the daemon's pid on standard output
          -H, --help                 print this and end
              --version              print the version and end
          -T, --trace-file FILE      trace requests into FILE (relative: below --log-dir)
              --trace-control ±WHAT  switch tracing of obj, io, wrl, acc, tdb (default obj and io)
              --log-dir FOLDER       folder for relative trace files (default /var/lib/xen/xenstore)
          -K, --keep-orphans         give nodes of dead domains to the privileged domain

        Limits of guests; 0 is no limit
          -E, --entry-nb N           nodes owned by a domain (1000)
          -S, --entry-size N         bytes of a node (2048)
          -W, --watch-nb N           watches of a domain (128)
          -t, --transaction N        open transactions of a domain (10)
          -A, --perm-nb N            permissions of a node (5)
          -M, --path-max N           bytes of a relative path (2048, the maximum)
          -Q, --quota WHAT=N         nodes, watches, outstanding, memory, transactions, transaction-nodes,
                                     node-permissions, path-max, node-size
          -q, --quota-soft memory=N  log a warning above this many bytes of a domain
          -w, --timeout watch-event=S, --watch-event S
                                     drop an event that a guest does not read in S seconds (20)

        Limits of clients on the socket
              --socket-queue N       bytes that may wait for a client that does not read (16777216)
              --socket-connections N clients at once (16384)
              --socket-watches N     watches of a client (65536)
              --socket-transactions N  open transactions of a client (1024)
              --store-size N         maximum size of the store in MiB (1024)

        Readers: clients of the socket's path with _ro, who can change nothing. It is there if one of the first two is given
              --reader-user WHO      users who may connect: names or numbers, with commas between them
              --reader-group WHO     groups whose members may connect
              --reader-sees PATH     nodes that readers may read beside those that every guest may read: * is one
                                     name, and /** at the end all that is below, as in /local/domain/*/name
              --reader-connections N clients of all readers at once (64); one user has at most a quarter of this
                                     and of the next three
              --reader-watches N     watches (256)
              --reader-transactions N  open transactions (16)
              --reader-requests N    requests in a second (10000)

        Where it runs
              --hypervisor WHAT      xen (the default), none (clients on the socket only) or
                                     simulated:FOLDER (guests played by files)
              --event PORT           event channel of the store's own domain
              --master-domid N       domain that the daemon runs in (0)
              --priv-domid N         domain that may do everything (0)
              --poll-us N            after a request, look for the next one for up to N microseconds before
                                     sleeping, while that pays (50, at most 1000; 0: never)
              --can-go-on            only say whether this version can go on with the state of the store that
                                     runs (0: yes)

        Other xenstoreds
          -U, --live-update          take over from the xenstored that has become this program; its live update
                                     (xenstore-control live-update) sets this
              --live                 the same for oxenstored, which sets this and --restart
              --import FILE          begin with the nodes in FILE, as a live update writes them: the stream of C
                                     xenstored, version 1 or 2, or the text of oxenstored
              --export FILE          only write the state of the store that runs into FILE, as such a stream
              --stream-version N     1 (the default, which all read) or 2
              --check-update         for the keeper: only say what a live update is to become

        Accepted from older versions, without effect: -D, -R, -I, -V (--no-domain-init, --no-recovery,
        --internal-db, --verbose), and from oxenstored: --config-file FILE, --restart, --reraise-top-level,
        --no-access-log, --disable-socket.

        Environment: XENSTORED_RUNDIR (/run/xenstored), XENSTORED_PATH (RUNDIR/socket).
        Exit status: 0 ended normally, or another xenstored holds the pid file; 1 could not start; 2 wrong usage.
        """;

    /// <exception cref="UsageException">An option is unknown or has a wrong value.</exception>
    internal static StoreOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new StoreOptions();
        var words = new CommandLine(arguments, ShortWithValue);
        words.Each(name => options.Take(name, words),
            argument => throw new UsageException($"unexpected argument {argument}: xenstored takes options only"));
        if (options is { HomePort: not 0, Hypervisor: "none" })
            throw new UsageException("--event needs a hypervisor, and --hypervisor is none");
        return options;
    }

    void Take(string name, CommandLine words)
    {
        switch (name)
        {
            case "-H" or "--help": WantsHelp = true; break;
            case "--version": WantsVersion = true; break;
            case "--can-go-on": ChecksState = true; break;
            case "--check-update": ChecksUpdate = true; break;
            case "-N" or "--no-fork": StaysInForeground = true; break;
            case "-P" or "--output-pid": PrintsPid = true; break;
            case "-K" or "--keep-orphans": KeepOrphans = true; break;
            case "-D" or "--no-domain-init" or "-R" or "--no-recovery" or "-V" or "--verbose": break;
            case "-I" or "--internal-db": SkipOptional(words); break;
            case "-U" or "--live-update": leftName = "state_dump"; break;
            case "--live": leftName = "db"; break;
            case "--restart" or "--reraise-top-level" or "--no-access-log" or "--disable-socket": break;
            case "--config-file": words.Value(name); break;
            case "-F" or "--pid-file": PidFile = words.Path(name) ?? PidFile; break;
            case "-T" or "--trace-file": TraceFile = words.Given(name) ?? TraceFile; break;
            case "--trace-control": TraceControl.Add(Switch(name, words.Value(name))); break;
            case "--event": HomePort = (uint)words.Number(name, most: 0x1FFFF); break;
            case "--master-domid": MasterDomid = (ushort)words.Number(name, most: 0x7FEF); break;
            case "--priv-domid": PrivilegedDomid = (ushort)words.Number(name, most: 0x7FEF); break;
            case "--hypervisor": Hypervisor = words.HypervisorName(name); break;
            case "--poll-us": PollMicroseconds = words.Number(name, most: 1000); break;
            case "--log-dir": LogFolder = words.Path(name) ?? LogFolder; break;
            default:
                if (!Readers.TryTake(name, words))
                    TakeLimit(name, words);
                break;
        }
    }

    void TakeLimit(string name, CommandLine words)
    {
        switch (name)
        {
            case "-E" or "--entry-nb": Quotas.Add((Quota.Nodes, words.Number(name))); break;
            case "-S" or "--entry-size": Quotas.Add((Quota.NodeSize, words.Number(name))); break;
            case "-W" or "--watch-nb": Quotas.Add((Quota.Watches, words.Number(name))); break;
            case "-t" or "--transaction": Quotas.Add((Quota.Transactions, words.Number(name))); break;
            case "-A" or "--perm-nb": Quotas.Add((Quota.NodePermissions, words.Number(name))); break;
            case "-M" or "--path-max": Quotas.Add((Quota.PathMax, Math.Min(words.Number(name), 2048))); break;
            case "-Q" or "--quota": Quotas.Add(Pair(name, words.Value(name), "")); break;
            case "-q" or "--quota-soft": Quotas.Add(Pair(name, words.Value(name), "soft-")); break;
            case "-w" or "--timeout" or "--watch-event": EventTimeoutMs = Timeout(name, words.Value(name)); break;
            case "--socket-queue": SocketQueueBytes = words.Number(name, least: 8192); break;
            case "--socket-connections": SocketConnections = words.Number(name, least: 1); break;
            case "--socket-watches": SocketWatches = words.Number(name); break;
            case "--socket-transactions": SocketTransactions = words.Number(name); break;
            case "--import": ImportFile = words.Path(name) ?? ImportFile; break;
            case "--export": ExportFile = words.Path(name) ?? ExportFile; break;
            case "--stream-version": StreamVersion = words.Number(name, least: 1, most: 2); break;
            case "--store-size": StoreBytes = 1024L * 1024 * words.Number(name, least: 4, most: 32 * 1024); break;
            default: throw new UsageException($"unknown option {name}; xenstored --help lists them");
        }
    }

    static void SkipOptional(CommandLine words)
    {
        if (words.Attached is not null || words.Peek is "on" or "off")
            words.TakeValue();
    }

    static (Quota, int) Pair(string name, string text, string prefix)
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        if (at < 0)
            throw new UsageException($"{name} {text}: WHAT=NUMBER is needed, as in {name} memory=2000000");
        if (!Clients.Limits.Quotas.TryParse(System.Text.Encoding.UTF8.GetBytes(prefix + text[..at]), out var quota))
            throw new UsageException($"{name} {text}: there is no quota {text[..at]}; xenstored --help lists them");
        return (quota, CommandLine.Number(name, text[(at + 1)..]));
    }

    static int Timeout(string name, string text)
    {
        string value = text.StartsWith("watch-event=", StringComparison.Ordinal) ? text["watch-event=".Length..]
            : name == "--watch-event" ? text
            : throw new UsageException($"{name} {text}: watch-event=SECONDS is needed");
        return 1000 * CommandLine.Number(name, value, most: 2_000_000);
    }

    static string Switch(string name, string word) => new Trace().TrySwitch(word)
        ? word
        : throw new UsageException($"{name} {word}: +WHAT or -WHAT is needed, WHAT being obj, io, wrl, acc or tdb");
}
