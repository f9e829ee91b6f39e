using System.Globalization;
using System.Text.RegularExpressions;
using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>
/// The menu that a grub.cfg makes, and which entry is booted if nobody chooses. The script is gone through as GRUB does it, with what can
/// be known outside of GRUB: <see cref="GrubFacts.Unknown"/> stands for what is not known, what is guarded by a condition with that in it
/// is uncertain, and what depends on that is not told.
/// </summary>
sealed partial class GrubMenu
{
    const int MostFiles = 32; // one that sources itself ends

    readonly HostFiles files;
    readonly Dictionary<string, string> variables = [];
    readonly Dictionary<string, IReadOnlyList<GrubScript.GrubStep>> functions = [];
    readonly List<string> read = [];
    readonly List<BootEntry> entries = [];
    int finds; // each is another thing that is not known
    bool isOver; // another menu has taken this one's place
    string? led; // its file

    GrubMenu(HostFiles files, string file)
    {
        this.files = files;
        variables["prefix"] = Path.GetDirectoryName(file)!;
        variables["menuentry_id_option"] = "--id";
    }

    /// <summary>The menu of a grub.cfg; null if that only leads to a file that this host does not have: it is another system's.</summary>
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

    // ---- Which one is booted: a number, a title or an id, with > between a submenu and its entry (GRUB's manual, "default").

    static BootEntry? Pick(HostFiles files, List<BootEntry> among, string wanted)
    {
        if (wanted.Contains(GrubFacts.Unknown) || among.Count == 0)
            return null;
        var (head, after) = Step(wanted);
        bool isNumber = int.TryParse(head, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        int index = isNumber ? number : head.Length == 0 ? -1 : among.FindIndex(one => one.Title == head || one.Id == head);
        bool isNamed = !isNumber && index >= 0;
        // Those that must be known for it: by number all up to it, by name all before it, in case one of them has that name.
        var before = among.Take(index < 0 ? among.Count : index + (isNumber ? 1 : 0));
        if (head.Length > 0 && before.Any(one => isNumber ? !one.IsCertain : one.IsNameless))
            return null;
        BootEntry? entry = among[index < 0 || index >= among.Count ? 0 : index]; // in place of what is not there, the first
        if (!isNamed && entry.Group is { } group) // another of them may be it
            entry = BootMenu.Agreed(files, [.. among.Where(one => one.Group == group)]);
        if (entry is not { IsCertain: true })
            return null;
        return entry.IsSubmenu ? Pick(files, entry.Below, after) : entry;
    }

    // "1>2": what is before the > and after it; two of them are one of a title's own.
    static (string Head, string After) Step(string wanted)
    {
        var match = Arrow().Match(wanted);
        string head = match.Success ? wanted[..match.Index] : wanted;
        return (head.Replace(">>", ">", StringComparison.Ordinal), match.Success ? wanted[(match.Index + 1)..] : "0");
    }

    // ---- Going through the script.

    void Source(string path, List<BootEntry> into, bool isCertain)
    {
        string? file = GrubFacts.OnHost(files, path), text = file is null || read.Count == MostFiles ? null : files.Read(file);
        if (text is null)
        {
            into.Add(BootEntry.Gap()); // and nobody knows what else
            return;
        }
        read.Add(file!);
        string outer = variables.GetValueOrDefault("config_directory", "");
        variables["config_directory"] = Path.GetDirectoryName(file)!;
        Run(GrubScript.Parse(text), into, null, isCertain);
        variables["config_directory"] = outer;
    }

    // entry: whose commands these are; null outside of entries.
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
                case GrubScript.Loop loop:
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

    // The last command says it.
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
                functions.Remove(name); // it may call itself
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
        // What it sets is set when it is chosen.
        var outer = new Dictionary<string, string>(variables);
        Run(block, entry.IsSubmenu ? entry.Below : into, entry.IsSubmenu ? null : entry, isCertain: true);
        variables.Clear();
        foreach (var (name, value) in outer)
            variables[name] = value;
    }

    // An entry that leads to another menu boots Xen if any of that may; its own default is not followed.
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

    // What grubenv keeps. One that cannot be read, or lies where the host has no files (openSUSE's on Btrfs), may name any entry.
    Dictionary<string, string> Environment(string? path = null)
    {
        string? file = GrubFacts.OnHost(files, path ?? Value("prefix") + "/grubenv");
        string text = file is null && path is null ? "" : (file is null ? null : files.Read(file)) ?? $"next_entry={GrubFacts.Unknown}";
        var pairs = text.Split('\n').Select(line => line.Split('=', 2)).Where(parts => parts is [var name, _] && !name.StartsWith('#'));
        return pairs.GroupBy(pair => pair[0]).ToDictionary(same => same.Key, same => same.Last()[1]);
    }

    string Value(string name) => variables.TryGetValue(name, out string? value) ? value : GrubFacts.Unset(name);

    // A word in which a variable without quotes is all may be none or several.
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
