using System.Globalization;

namespace XenDomains.Configuration;

/// <summary>
/// The settings of the file xendomains (in /etc/default, /etc/sysconfig or /etc/conf.d): upstream's eleven variables, Gentoo's, and ours.
/// </summary>
sealed record DomainsConfig
{
    /// <summary>Where the file is looked for when none is named; the first that exists counts.</summary>
    internal static readonly string[] Places = ["/etc/default/xendomains", "/etc/sysconfig/xendomains", "/etc/conf.d/xendomains"];

    internal string File { get; private init; } = "";

    /// <summary>Letters sent one by one before a guest is stopped.</summary>
    internal string SysRq { get; private init; } = "";

    internal TimeSpan SysRqPause { get; private init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The words after <c>xl migrate DOMID</c>; none: guests are not migrated.</summary>
    internal IReadOnlyList<string> Migrate { get; private init; } = [];

    /// <summary>Where images of guests are; null: guests are not saved.</summary>
    internal string? SaveFolder { get; private init; }

    /// <summary>The words before the domid of <c>xl shutdown</c>; null: guests are not shut down.</summary>
    internal IReadOnlyList<string>? Shutdown { get; private init; }

    internal bool Restores { get; private init; }

    /// <summary>The folder of configurations; null: none is started.</summary>
    internal string? AutoFolder { get; private init; }

    /// <summary>Guests whose configuration is not in that folder are left alone by a stop.</summary>
    internal bool AutoOnly { get; private init; } = true;

    /// <summary>How long each command of a stop may take; null: as long as it will.</summary>
    internal TimeSpan? MaxWait { get; private init; }

    /// <summary>How many commands of xl work at once; null: by CPUs and memory.</summary>
    internal int? Parallel { get; private init; }

    /// <summary>Whether guests are stopped one after the other.</summary>
    internal bool StopsOneByOne { get; private init; }

    /// <summary>How long disks, bridges and mounts are waited for.</summary>
    internal TimeSpan WaitWithin { get; private init; } = TimeSpan.FromSeconds(300);

    /// <summary>How often a guest that does not start is tried again.</summary>
    internal int Retries { get; private init; } = 3;

    /// <summary>Whether a guest that nothing else stopped is destroyed.</summary>
    internal bool Destroys { get; private init; } = true;

    /// <summary>What in the file is not understood, or has no meaning any more: one sentence each.</summary>
    internal IReadOnlyList<string> Faults { get; private init; } = [];

    internal IReadOnlyList<string> Remarks { get; private init; } = [];

    /// <summary>The defaults of upstream's file, for what a file does not set. A variable that is set and empty switches its step off.</summary>
    internal static DomainsConfig Parse(string text, string file)
    {
        var variables = ShellVariables.Parse(text, file);
        var reader = new Reader(variables, file);
        return new()
        {
            File = file,
            SysRq = string.Concat(reader.Text("XENDOMAINS_SYSRQ", "").Where(letter => letter != ' ')),
            SysRqPause = TimeSpan.FromMicroseconds(reader.Number("XENDOMAINS_USLEEP", 100_000)),
            Migrate = Words(reader.Text("XENDOMAINS_MIGRATE", "")),
            SaveFolder = OrNull(reader.Text("XENDOMAINS_SAVE", "/var/lib/xen/save")),
            Shutdown = reader.Text("XENDOMAINS_SHUTDOWN", "--wait") is { Length: > 0 } shutdown ? [.. Words(shutdown).Where(word => word is not ("--wait" or "-w" or "--all" or "-a"))] : null,
            Restores = reader.Switch("XENDOMAINS_RESTORE", true),
            AutoFolder = OrNull(reader.Text("XENDOMAINS_AUTO", reader.Text("AUTODIR", "/etc/xen/auto"))),
            AutoOnly = reader.Switch("XENDOMAINS_AUTO_ONLY", true),
            MaxWait = reader.Number("XENDOMAINS_STOP_MAXWAIT", 300) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null,
            Parallel = reader.Number("XENDOMAINS_PARALLEL", 0) is > 0 and var most ? most : null,
            StopsOneByOne = !reader.Switch("PARALLEL_SHUTDOWN", true),
            WaitWithin = TimeSpan.FromSeconds(reader.Number("XENDOMAINS_WAIT", 300)),
            Retries = reader.Number("XENDOMAINS_RETRIES", 3),
            Destroys = reader.Switch("XENDOMAINS_DESTROY", true),
            Remarks = [.. reader.Remarks()],
            Faults = [.. variables.Faults, .. reader.Faults],
        };
    }

    static string? OrNull(string text) => text is "" ? null : text;

    static string[] Words(string text) => text.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);

    sealed class Reader(ShellVariables variables, string file)
    {
        // What upstream's and Gentoo's files may set and what took its place.
        static readonly (string Name, string Word)[] Past =
        [
            ("XENDOMAINS_CREATE_USLEEP", "guests do not start at a fixed pace: after=, requires= and ready= in their configurations say what waits for what"),
            ("XENDOMAINS_SHUTDOWN_ALL", "every guest that is to stop is shut down with a limit of its own; XENDOMAINS_AUTO_ONLY=false stops all"),
            ("SCREEN", "xenconsoled keeps the consoles and their logs; xenconsoled attach shows one"),
            ("SCREEN_NAME", "there is no screen session: xenconsoled attach shows a console"),
            ("SCREEN_LOG_INTERVAL", "xenconsoled writes logs at once"),
            ("SCREENRC", "there is no screen session"),
        ];

        internal List<string> Faults { get; } = [];

        internal string Text(string name, string otherwise) => variables.Values.GetValueOrDefault(name, otherwise);

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
    }
}
