using System.Globalization;
using Xen.Hosting;
using Xen.Hosting.Settings;

namespace XenDomains.Configuration;

/// <summary>
/// The settings of the file xendomains (in /etc/default, /etc/sysconfig or /etc/conf.d): upstream's eleven variables, Gentoo's, and ours.
/// <see cref="Distribution"/> gives the meaning of upstream's and Gentoo's variables that a file does not set.
/// </summary>
sealed record DomainsConfig
{
    const string DefaultSaveFolder = "/var/lib/xen/save";

    internal string File { get; private init; } = "";

    /// <summary>The distribution whose script the file was written for.</summary>
    internal Distribution Distribution { get; private init; } = Distribution.Upstream;

    /// <summary>Letters that are sent one by one before a guest is stopped.</summary>
    internal string SysRq { get; private init; } = "";

    internal TimeSpan SysRqPause { get; private init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The words after <c>xl migrate DOMID</c>; empty: guests are not migrated.</summary>
    internal IReadOnlyList<string> Migrate { get; private init; } = [];

    /// <summary>The host among those words.</summary>
    internal string MigrateHost { get; private init; } = "";

    /// <summary>The folder of guests' images; null: there is none, and guests cannot be saved.</summary>
    internal string? SaveFolder { get; private init; }

    /// <summary>A stop without further instructions saves guests.</summary>
    internal bool Saves { get; private init; }

    /// <summary>
    /// A stop shuts down the guests that no earlier way has stopped. XENDOMAINS_SHUTDOWN or XENDOMAINS_SHUTDOWN_ALL, a stop's last step,
    /// sets it.
    /// </summary>
    internal bool ShutsDown { get; private init; }

    /// <summary>
    /// When the host goes down, guests are shut down in the end even if <see cref="AutoOnly"/> leaves them alone or they have their own
    /// ways to stop.
    /// </summary>
    internal bool ShutsDownOthers { get; private init; }

    internal bool Restores { get; private init; }

    /// <summary>The folder of configurations; null: no guest is started.</summary>
    internal string? AutoFolder { get; private init; }

    /// <summary>A stop leaves guests alone whose configuration is not in that folder.</summary>
    internal bool AutoOnly { get; private init; } = true;

    /// <summary>How long each command of a stop may take; null: without limit.</summary>
    internal TimeSpan? MaxWait { get; private init; }

    /// <summary>How many commands of xl work at once; null: it depends on CPUs and memory.</summary>
    internal int? Parallel { get; private init; }

    /// <summary>Whether guests are stopped one after the other.</summary>
    internal bool StopsOneByOne { get; private init; }

    /// <summary>How long to wait for disks, bridges and mounts.</summary>
    internal TimeSpan WaitWithin { get; private init; } = TimeSpan.FromSeconds(300);

    /// <summary>How often to try again to start a guest that does not start.</summary>
    internal int Retries { get; private init; } = 3;

    /// <summary>Whether a guest is destroyed that nothing else stopped.</summary>
    internal bool Destroys { get; private init; } = true;

    /// <summary>Whether xl's answers about configurations are kept for later runs.</summary>
    internal bool KeepsAnswers { get; private init; } = true;

    /// <summary>Mistakes in the file, one sentence each. An administrator should correct them.</summary>
    internal IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Settings in the file that have no meaning here, though distributions ship them. They are no mistakes.</summary>
    internal IReadOnlyList<string> Remarks { get; private init; } = [];

    /// <summary>Reads settings. A variable that is set and empty switches its step off.</summary>
    /// <param name="host">Words of ID and ID_LIKE of the host's os-release.</param>
    internal static DomainsConfig Parse(string text, string file, IReadOnlyCollection<string>? host = null)
    {
        var variables = ShellVariables.Parse(text, file);
        return From(variables, file, Distribution.Of([.. variables.Values.Keys], file, variables.Followed, host ?? []));
    }

    /// <summary>
    /// The settings of a host without a settings file, if its distribution's script works without one, else null.
    /// </summary>
    internal static DomainsConfig? WithoutFile(IReadOnlyCollection<string> host) =>
        Distribution.WithoutFile(host) is { } distribution
            ? From(ShellVariables.Parse("", ""), $"{distribution.Name}'s script without a file of settings", distribution)
            : null;

    static DomainsConfig From(ShellVariables variables, string file, Distribution distribution)
    {
        var reader = new Reader(variables, file);
        reader.NameUnknownSettings();
        var migrate = reader.Migrate();
        string? shutdown = reader.Set("XENDOMAINS_SHUTDOWN");
        reader.NameUnknown("XENDOMAINS_SHUTDOWN", "shutdown", XlWords.OfShutdown(shutdown ?? ""));
        string? all = reader.Set("XENDOMAINS_SHUTDOWN_ALL");
        reader.NameUnknown("XENDOMAINS_SHUTDOWN_ALL", "shutdown", XlWords.OfShutdown(all ?? ""));
        string? save = reader.Folder("XENDOMAINS_SAVE", "guests are not saved");
        bool shutsDownAll = all is not null ? all is not "" : distribution.ShutsDownOthers;
        return new()
        {
            File = file,
            Distribution = distribution,
            SysRq = string.Concat(reader.Text("XENDOMAINS_SYSRQ", "").Where(letter => letter != ' ')),
            SysRqPause = TimeSpan.FromMicroseconds(reader.Number("XENDOMAINS_USLEEP", 100_000)),
            Migrate = migrate.Host is null ? [] : migrate.Kept,
            MigrateHost = migrate.Host ?? "",
            SaveFolder = OrNull(save ?? DefaultSaveFolder),
            Saves = save is { Length: > 0 },
            ShutsDown = shutdown is not "" || shutsDownAll,
            ShutsDownOthers = shutsDownAll,
            Restores = reader.Switch("XENDOMAINS_RESTORE", true),
            AutoFolder = OrNull(DomainsSettings.AutoFolder(variables.Values) ?? distribution.AutoFolder ?? ""),
            AutoOnly = reader.Exactly("XENDOMAINS_AUTO_ONLY", distribution.AutoOnly),
            MaxWait = reader.Set("XENDOMAINS_STOP_MAXWAIT") is null ? distribution.MaxWait
                : reader.Number("XENDOMAINS_STOP_MAXWAIT", 300) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds)
                : null,
            Parallel = reader.Number("XENDOMAINS_PARALLEL", 0) is > 0 and var most ? most : null,
            StopsOneByOne = !reader.Switch("PARALLEL_SHUTDOWN", !distribution.StopsOneByOne),
            WaitWithin = TimeSpan.FromSeconds(reader.Number("XENDOMAINS_WAIT", 300)),
            Retries = reader.Number("XENDOMAINS_RETRIES", 3),
            Destroys = reader.Switch("XENDOMAINS_DESTROY", true),
            KeepsAnswers = reader.Switch("XENDOMAINS_CACHE", true),
            Remarks = [.. reader.Remarks()],
            Faults = [.. variables.Faults, .. reader.Faults],
        };
    }

    static string? OrNull(string text) => text is "" ? null : text;

    sealed class Reader(ShellVariables variables, string file)
    {
        // Settings of upstream's and Gentoo's files that have no meaning any more, and what took their place.
        static readonly (string Name, string Word)[] Past =
        [
            ("XENDOMAINS_CREATE_USLEEP",
                "guests do not start at a fixed pace: after=, requires= and ready= in their configurations say what waits for what"),
            ("SCREEN", "xenconsoled keeps the consoles and their logs; xenconsoled attach shows one"),
            ("SCREEN_NAME", "there is no screen session: xenconsoled attach shows a console"),
            ("SCREEN_LOG_INTERVAL", "xenconsoled writes logs at once"),
            ("SCREENRC", "there is no screen session"),
            ("SCREENDIR", "there is no screen session"),
            ("XENDOMAINS_CONSOLE", "xenconsoled keeps the consoles and their logs; xenconsoled attach shows one"),
            ("TMUX_NAME", "there is no tmux session: xenconsoled attach shows a console"),
        ];

        // Our settings and upstream's, and those that our own OpenRC script reads from the same file.
        static readonly string[] Known =
        [
            "SYSRQ", "USLEEP", "MIGRATE", "SAVE", "SHUTDOWN", "SHUTDOWN_ALL", "RESTORE", "AUTO", "AUTO_ONLY", "STOP_MAXWAIT", "PARALLEL",
            "WAIT", "RETRIES", "DESTROY", "CACHE", "CONFIG", "RUN_DIR",
        ];
        const string Prefix = "XENDOMAINS_";

        internal List<string> Faults { get; } = [];

        internal string Text(string name, string otherwise) => variables.Values.GetValueOrDefault(name, otherwise);

        internal string? Set(string name) => variables.Values.GetValueOrDefault(name);

        // The path that is set; empty if it is not absolute.
        internal string? Folder(string name, string consequence)
        {
            string? path = Set(name);
            if (path is null or "" || path[0] == '/')
                return path;
            Faults.Add($"{file}: {name} is \"{path}\", and an absolute path is needed: {consequence}");
            return "";
        }

        internal XlWords Migrate()
        {
            var words = XlWords.OfMigrate(Text("XENDOMAINS_MIGRATE", ""));
            if (words.Host is null && (words.Kept.Count > 0 || words.Unknown.Count > 0))
                Faults.Add($"{file}: XENDOMAINS_MIGRATE names no host: guests are not migrated");
            NameUnknown("XENDOMAINS_MIGRATE", "migrate", words);
            return words;
        }

        internal void NameUnknown(string name, string command, XlWords words)
        {
            if (words.Unknown.Count > 0)
                Faults.Add($"{file}: {name} has {string.Join(" ", words.Unknown)}, which xl {command} does not have: it is left out");
        }

        internal bool Switch(string name, bool otherwise)
        {
            switch (Text(name, otherwise ? "true" : "false").ToLowerInvariant())
            {
                case "true" or "yes" or "1" or "on": return true;
                case "false" or "no" or "0" or "off" or "": return false;
                case var other:
                    Faults.Add($"{file}: {name} is \"{other}\", and true or false is needed; {(otherwise ? "true" : "false")} is taken");
                    return otherwise;
            }
        }

        // Compares as the script does: any other word means what it means to the script, because this decides which guests are cut off.
        internal bool Exactly(string name, bool otherwise)
        {
            if (Set(name) is not { } word)
                return otherwise;
            if (word is not "true" && word.ToLowerInvariant() is not ("false" or "no" or "0" or "off" or ""))
                Faults.Add($"{file}: {name} is \"{word}\", and only true means true: guests outside the folder are stopped too");
            return word is "true";
        }

        internal int Number(string name, int otherwise)
        {
            string text = Text(name, "");
            if (text is "")
                return variables.Values.ContainsKey(name) ? 0 : otherwise;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                return number;
            Faults.Add($"{file}: {name} is \"{text}\", and a number is needed; {otherwise} is taken");
            return otherwise;
        }

        internal IEnumerable<string> Remarks() =>
            from past in Past
            where variables.Values.GetValueOrDefault(past.Name) is { Length: > 0 }
            select $"{file}: {past.Name} has no meaning any more: {past.Word}";

        internal void NameUnknownSettings() =>
            Faults.AddRange(from name in variables.Values.Keys
                            where name.StartsWith(Prefix, StringComparison.Ordinal) && !Known.Contains(name[Prefix.Length..])
                                && !Past.Any(past => past.Name == name)
                            select $"{file}: {name} is no setting of xendomains: it means nothing");
    }
}
