using System.Globalization;
using Xen.Hosting.Settings;
using XenCommons.Host;

namespace XenCommons.Store;

/// <summary>
/// The program that serves the store, and how, by the host's settings (/etc/default/xencommons, with upstream's names).
/// </summary>
/// <param name="Program">The daemon, or the program that makes the store's domain.</param>
/// <param name="Arguments">Its arguments without the program's name.</param>
/// <param name="IsDomain">The store is in its own domain, and the program ends when that is made.</param>
/// <param name="OpenFiles">
/// The daemon's limit of open files. Null leaves it as it is; ulong.MaxValue means as many as the kernel allows.
/// </param>
/// <param name="OomScore">
/// The daemon's oom_score_adj, -1000 to 0. The lower it is, the longer a host out of memory keeps the daemon.
/// </param>
sealed record StoreLaunch(string Program, IReadOnlyList<string> Arguments, bool IsDomain, ulong? OpenFiles, int OomScore)
{
    internal const string PidFile = "/run/xen/xenstored.pid", TraceFile = "/var/log/xen/xenstored-trace.log";
    const int MostThreshold = 100, ScoreOfThreshold = -10;
    const string Stubdom = "XENSTORED_STUBDOM (Alpine's) is not read: for a store in a domain, set XENSTORETYPE=domain, "
        + "and XENSTORE_DOMAIN_KERNEL and XENSTORE_DOMAIN_SIZE";
    // Folders for programs that are not for people, of Xen's own builds and of distributions. Debian has a folder for each version.
    static readonly string[] Places =
    [
        "/usr/libexec/xen/bin", "/usr/lib/xen/bin", "/usr/lib64/xen/bin",
        "/usr/local/libexec/xen/bin", "/usr/local/lib/xen/bin",
    ];
    static readonly string[] No = ["no", "off", "false", "0"];

    /// <summary>Sentences on settings that exist and do not count.</summary>
    internal IReadOnlyList<string> Remarks { get; private init; } = [];

    /// <summary>Evaluates the settings.</summary>
    /// <param name="setting">The value of a setting by its name; null or empty if it is not set.</param>
    /// <param name="daemon">The xenstored that is used if the settings name none.</param>
    /// <param name="domainMaker">The host's init-xenstore-domain; null if it has none.</param>
    /// <param name="staysInForeground">The daemon must be the process itself.</param>
    /// <exception cref="UsageException">A setting has an invalid value.</exception>
    internal static StoreLaunch Of(Func<string, string?> setting, string daemon, string? domainMaker, bool staysInForeground)
    {
        string? Value(string name) => setting(name) is { Length: > 0 } value ? value : null;
        var options = ServiceOptions.Of(setting, "XENSTORED_ARGS", "XENSTORED_OPTS");
        bool isTraced = Value("XENSTORED_TRACE") is { } trace && !No.Contains(trace, StringComparer.OrdinalIgnoreCase);
        return Value("XENSTORETYPE") switch
        {
            null or "daemon" => new(
                Value("XENSTORED") ?? daemon,
                [
                    .. staysInForeground ? (string[])["--no-fork"] : [], "--pid-file", PidFile,
                    .. isTraced ? (string[])["-T", TraceFile] : [], .. options.Words,
                ],
                IsDomain: false, Files(Value("XENSTORED_MAX_OPEN_FDS")), ScoreOfThreshold * Threshold(Value("XENSTORED_OOM_MEM_THRESHOLD")))
            {
                Remarks = [.. options.Unread, .. Value("XENSTORED_STUBDOM") is null ? (string[])[] : [Stubdom]],
            },
            "domain" => new(
                domainMaker
                    ?? throw new UsageException("XENSTORETYPE is domain, and there is no init-xenstore-domain on this host,"
                        + " which comes with Xen's tools"),
                [
                    "--kernel", Value("XENSTORE_DOMAIN_KERNEL")
                    ?? Path.GetFullPath(Path.Combine(Path.GetDirectoryName(domainMaker)!, "../boot/xenstore-stubdom.gz")),
                    "--memory", Value("XENSTORE_DOMAIN_SIZE") ?? "8",
                    .. Value("XENSTORE_MAX_DOMAIN_SIZE") is { } most ? (string[])["--maxmem", most] : [],
                    .. ServiceOptions.Split(Value("XENSTORE_DOMAIN_ARGS")),
                ],
                IsDomain: true, null, 0),
            var other => throw new UsageException($"XENSTORETYPE is {other}: daemon and domain are known"),
        };
    }

    /// <summary>The host's init-xenstore-domain; null if it has none.</summary>
    internal static string? DomainMaker(HostFiles files) =>
        Places.Concat(files.List("/usr/lib", "xen-*").Select(folder => folder + "/bin"))
            .Select(folder => files.At(folder + "/init-xenstore-domain")).FirstOrDefault(File.Exists);

    static ulong? Files(string? text) => text switch
    {
        null => null,
        "unlimited" => ulong.MaxValue,
        _ => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number > 0
            ? number : throw new UsageException($"XENSTORED_MAX_OPEN_FDS is {text}: a number above 0 or unlimited is needed"),
    };

    static int Threshold(string? text) => text is null ? MostThreshold / 2
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int percent) && percent <= MostThreshold
            ? percent
            : throw new UsageException($"XENSTORED_OOM_MEM_THRESHOLD is {text}: a number of per cent from 0 to {MostThreshold} is needed");
}
