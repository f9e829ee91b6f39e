using System.Globalization;
using System.Text.RegularExpressions;
using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>
/// The menu that a grub.cfg makes, and the entry that is booted if nobody chooses. This runs the script as GRUB does, with what is known
/// outside of GRUB. <see cref="GrubFacts.Unknown"/> stands for what is unknown. Steps below an unknown condition are uncertain, and nothing
/// is reported that depends on them.
/// </summary>
sealed partial class GrubMenu
{
    const int MostFiles = 32; // ends a script that sources itself

    readonly HostFiles files;
    readonly Dictionary<string, string> variables = [];
    readonly Dictionary<string, IReadOnlyList<GrubScript.GrubStep>> functions = [];
    readonly List<string> read = [];
    readonly List<BootEntry> entries = [];
    int finds; // numbers the unknown results of searches
    bool isOver; // another menu has replaced this one
    string? led; // the other menu's file

    GrubMenu(HostFiles files, string file)
    {
        this.files = files;
        variables["prefix"] = Path.GetDirectoryName(file)!;
        variables["menuentry_id_option"] = "--id";
    }

    /// <summary>
    /// The menu of a grub.cfg; null if it only leads to a file that this host lacks, so that it belongs to another system.
    /// </summary>
    internal static BootMenu? Read(HostFiles files, string file)
    {
        var menu = new GrubMenu(files, file);
        menu.Source(file, menu.entries, isCertain: true);
        if (menu is { isOver: true, led: null })
            return null;
        string once = menu.Environment().GetValueOrDefault("next_entry", ""), wanted = menu.Value("default");
        return new(menu.led ?? file, BootMenu.AnyXen(menu.entries), Pick(files, menu.entries, wanted),
            IsOnce: once.Length > 0 && once == wanted)
        {
            Entries = menu.entries,
        };
    }

    // ---- The entry that is booted: a number, a title or an id, with > between a submenu and its entry (GRUB's manual, "default").

    static BootEntry? Pick(HostFiles files, List<BootEntry> among, string wanted)
    {
        if (wanted.Contains(GrubFacts.Unknown) || among.Count == 0)
            return null;
        var (head, after) = Step(wanted);
        bool isNumber = int.TryParse(head, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        int index = isNumber ? number : head.Length == 0 ? -1 : among.FindIndex(one => one.Title == head || one.Id == head);
        bool isNamed = !isNumber && index >= 0;
        // The entries that must be known: for a number all up to it, for a name all before it, because one of them may have that name.
        var before = among.Take(index < 0 ? among.Count : index + (isNumber ? 1 : 0));
        if (head.Length > 0 && before.Any(one => isNumber ? !one.IsCertain : one.IsNameless))
            return null;
        var entry = among[index < 0 || index >= among.Count ? 0 : index]; // the first entry replaces a missing one
        if (!isNamed && entry.Group is { } group) // another entry of its group may be the one
            entry = BootMenu.Agreed(files, [.. among.Where(one => one.Group == group)]);
        if (entry is not { IsCertain: true })
            return null;
        return entry.IsSubmenu ? Pick(files, entry.Below, after) : entry;
    }

    // Splits "1>2" at the >. A title writes its own > as two.
    static (string Head, string After) Step(string wanted)
    {
        var match = Arrow().Match(wanted);
        string head = match.Success ? wanted[..match.Index] : wanted;
        return (head.Replace(">>", ">", StringComparison.Ordinal), match.Success ? wanted[(match.Index + 1)..] : "0");
    }

    // ---- Running the script.

    void Source(string path, List<BootEntry> into, bool isCertain)
    {
        string? file = GrubFacts.OnHost(files, path), text = file is null || read.Count == MostFiles ? null : files.Read(file);
        if (text is null)
        {
            into.Add(BootEntry.Gap()); // its entries are unknown
            return;
        }
        read.Add(file!);
        string outer = variables.GetValueOrDefault("config_directory", "");
        variables["config_directory"] = Path.GetDirectoryName(file)!;
        Run(GrubScript.Parse(text), into, null, isCertain);
        variables["config_directory"] = outer;
    }

    // entry: the entry whose commands these are; null outside of entries.
    void Run(IReadOnlyList<GrubScript.GrubStep> steps, List<BootEntry> into, BootEntry? entry, bool isCertain)
    {
        foreach (var step in steps)
            switch (step)
            {
                case var _ when isOver && entry is null:
                    return;
                case GrubScript.If choice:
                    RunIf(choice, into, entry, isCertain);
                    break;
                case GrubScript.GrubLoop loop:
                    if (loop.Variable is { } name)
                        variables[name] = GrubFacts.Unknown.ToString();
                    Run(loop.Steps, into, entry, isCertain: false);
                    break;
                case GrubScript.Function function:
                    functions[function.Name] = function.Steps;
                    break;
                case GrubScript.GrubCommand command:
                    RunCommand(command, into, entry, isCertain);
                    break;
            }
    }

    void RunIf(GrubScript.If choice, List<BootEntry> into, BootEntry? entry, bool isCertain)
    {
        foreach (var branch in choice.Branches)
        {
            bool? holds = true;
            if (branch.Condition is not null)
            {
                Run(branch.Condition, into, entry, isCertain);
                holds = Holds(branch.Condition);
            }
            if (holds != false)
                Run(branch.Steps, into, entry, isCertain && holds == true);
            if (holds == true)
                return;
            isCertain &= holds is not null;
        }
    }

    // The last command decides.
    bool? Holds(IReadOnlyList<GrubScript.GrubStep> condition) =>
        condition is [.., GrubScript.GrubCommand last] ? GrubFacts.Test(files, [.. last.Words.SelectMany(Expand)]) : null;

    void RunCommand(GrubScript.GrubCommand command, List<BootEntry> into, BootEntry? entry, bool isCertain)
    {
        string[] words = [.. command.Words.SelectMany(Expand)];
        switch (words)
        {
            case ["menuentry" or "submenu", ..] when command.Block is not null:
                AddEntry(words, command.Block, into, isCertain);
                break;
            case var _ when Assigned(words) is { } setting:
                Set(setting, isCertain);
                break;
            case ["load_env", .. var options]:
                foreach (var (name, value) in Environment(options is ["-f" or "--file", var other, ..] ? other : null))
                    Set($"{name}={value}", isCertain);
                break;
            case ["source" or ".", var path]:
                Source(path, into, isCertain);
                break;
            case ["configfile" or "normal", var path]:
                if (entry is not null)
                    Lead(path, entry);
                else
                    Replace(path, into, isCertain);
                break;
            case ["blscfg", .. var which]:
                into.AddRange(which.Length == 0 ? LoaderEntries.Read(files, "/boot", isCertain) : [BootEntry.Gap()]);
                break;
            case ["blsuki" or "uki" or "legacy_configfile" or "syslinux_configfile", ..]:
                AddUnknown(into, entry);
                break;
            case [var name, ..] when functions.TryGetValue(name, out var steps):
                functions.Remove(name); // the function may call itself
                Run(steps, into, entry, isCertain);
                functions[name] = steps;
                break;
            case [_, ..]:
                RunLoader(words, entry, isCertain);
                break;
        }
    }

    static void AddUnknown(List<BootEntry> into, BootEntry? entry)
    {
        if (entry is null)
            into.Add(BootEntry.Gap());
        else
            entry.Loads.Add(null);
    }

    static string? Assigned(string[] words) => words switch
    {
        ["set", var setting, ..] when setting.Contains('=') => setting,
        [var setting] when Assignment().IsMatch(setting) => setting,
        ["unset", var name] => name + "=",
        _ => null,
    };

    void RunLoader(string[] words, BootEntry? entry, bool isCertain)
    {
        if (GrubFacts.Sets(words) is { } found)
            variables[found] = $"{GrubFacts.Unknown}{++finds}";
        if (entry is null)
            return;
        GrubFacts.Load(words[0], words[1..], entry);
        if (isCertain)
            entry.Files.AddRange(GrubFacts.Files(words[0], words[1..], Value("root")));
    }

    void AddEntry(string[] words, IReadOnlyList<GrubScript.GrubStep> block, List<BootEntry> into, bool isCertain)
    {
        string? title = null, id = null;
        for (int i = 1; i < words.Length; i++)
            if (words[i] is "--id" && i + 1 < words.Length)
                id = words[++i];
            else if (words[i].StartsWith("--id=", StringComparison.Ordinal))
                id = words[i]["--id=".Length..];
            else if (words[i] is "--class" or "--users" or "--hotkey" or "--source")
                i++;
            else if (!words[i].StartsWith("--", StringComparison.Ordinal))
                title ??= words[i];
        title ??= "";
        var entry = new BootEntry(title, id ?? title) { IsCertain = isCertain, IsSubmenu = words[0] == "submenu" };
        into.Add(entry);
        // An entry's own assignments happen only when it is chosen.
        var outer = new Dictionary<string, string>(variables);
        Run(block, entry.IsSubmenu ? entry.Below : into, entry.IsSubmenu ? null : entry, isCertain: true);
        variables.Clear();
        foreach (var (name, value) in outer)
            variables[name] = value;
    }

    // An entry that leads to another menu boots Xen if any entry of that menu may. The other menu's default is not followed.
    void Lead(string path, BootEntry entry)
    {
        var menu = new List<BootEntry>();
        var outer = (isOver, led);
        Source(path, menu, isCertain: true);
        (isOver, led) = outer;
        entry.Loads.Add(BootMenu.AnyXen(menu) == false ? false : null);
    }

    void Replace(string path, List<BootEntry> into, bool isCertain)
    {
        if (!isCertain)
        {
            into.Add(BootEntry.Gap());
            return;
        }
        into.Clear();
        led = GrubFacts.OnHost(files, path);
        Source(path, into, isCertain: true);
        isOver = true;
    }

    void Set(string setting, bool isCertain)
    {
        var (name, value) = (setting[..setting.IndexOf('=')], setting[(setting.IndexOf('=') + 1)..]);
        variables[name] = isCertain || Value(name) == value ? value : GrubFacts.Unknown.ToString();
    }

    // The variables of grubenv. A file that cannot be read, or that the host cannot reach (openSUSE's on Btrfs), may name any entry.
    Dictionary<string, string> Environment(string? path = null)
    {
        string? file = GrubFacts.OnHost(files, path ?? Value("prefix") + "/grubenv");
        string text = file is null && path is null ? "" : (file is null ? null : files.Read(file)) ?? $"next_entry={GrubFacts.Unknown}";
        var pairs = text.Split('\n').Select(line => line.Split('=', 2)).Where(parts => parts is [var name, _] && !name.StartsWith('#'));
        return pairs.GroupBy(pair => pair[0]).ToDictionary(same => same.Key, same => same.Last()[1]);
    }

    string Value(string name) => variables.TryGetValue(name, out string? value) ? value : GrubFacts.Unset(name);

    // A word that consists of a variable without quotes may become no word or several.
    IEnumerable<string> Expand(IReadOnlyList<GrubScript.Part> word)
    {
        string text = string.Concat(word.Select(part => part.IsVariable ? Value(part.Text) : part.Text));
        return word is [{ IsVariable: true, IsQuoted: false }] ? text.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [text];
    }

    [GeneratedRegex("(?<!>)>(?!>)")]
    private static partial Regex Arrow();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*=")]
    private static partial Regex Assignment();
}
