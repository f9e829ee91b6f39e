using System.Text.RegularExpressions;
using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>What is known outside of GRUB of the things that its scripts use: variables, files, tests, and what its loaders load.</summary>
static partial class GrubFacts
{
    /// <summary>Stands in a value for a part that is unknown.</summary>
    internal const char Unknown = '\uFFFD';

    // GRUB's own variables (its manual, "Special environment variables"), and the arguments of a function.
    static readonly string[] Own =
    [
        "biosnum", "check_signatures", "chosen", "cmdpath", "color_", "debug", "efi", "gfx", "grub_", "icondir", "lang", "locale_dir",
        "lockdown", "menu_color_", "net_",
        "pager", "pxe_", "root", "secondary_locale_dir", "secure", "shim_lock", "superusers", "theme", "timeout", "tpm", "?", "#", "*", "@",
    ];

    // Each of these commands loads its first argument.
    static readonly string[] Loaders =
        ["xen_hypervisor", "xen_module", "multiboot", "multiboot2", "module", "module2", "linux", "linux16", "linuxefi", "kernel",
            "chainloader"];

    /// <summary>The value of a variable that no script has set: empty, or what GRUB may have given it.</summary>
    internal static string Unset(string name) =>
        name.StartsWith("feature_", StringComparison.Ordinal) ? "y"
        : char.IsAsciiDigit(name[0]) || Own.Any(own => name.StartsWith(own, StringComparison.Ordinal)) ? Unknown.ToString()
        : "";

    /// <summary>
    /// The variable that receives the result of a command (search --set=drive1, regexp --set 1:rest, read line). It is root for a search
    /// that names none. Null if the command sets no variable.
    /// </summary>
    internal static string? Sets(string[] words)
    {
        int at = Array.FindIndex(words, word => word is "--set" or "-s" || word.StartsWith("--set=", StringComparison.Ordinal));
        string? name = words is ["read", .., var last] ? last
            : at < 0 ? words[0] == "search" ? "root" : null
            : words[at].Contains('=') ? words[at]["--set=".Length..]
            : at + 1 < words.Length ? words[at + 1] : null;
        return name?[(name.IndexOf(':') + 1)..];
    }

    /// <summary>
    /// The host's path for a path of GRUB; null if the file is missing. GRUB's paths begin at the root of a file system: of /boot, of EFI's
    /// partition, of a subvolume of Btrfs, or of a data set of ZFS (/@/boot/…, /BOOT/debian@/…).
    /// </summary>
    internal static string? OnHost(HostFiles files, string path)
    {
        string plain = Slashes().Replace("/" + Device().Replace(path, ""), "/");
        if (plain.Contains(Unknown))
            return null;
        string[] places =
        [
            plain, .. XenImage.EfiPartitions.Select(partition => partition + plain),
            .. Below(plain, "/boot/"), .. Below(plain, "@/").Select(rest => "/boot" + rest),
        ];
        return places.FirstOrDefault(files.Exists);
    }

    static IEnumerable<string> Below(string path, string mark) =>
        path.LastIndexOf(mark, StringComparison.Ordinal) is var at and > 0 ? [path[(at + mark.IndexOf('/'))..]] : [];

    /// <summary>The result of a command that is used as a condition; null if that is unknown.</summary>
    internal static bool? Test(HostFiles files, string[] words) => words switch
    {
        ["true"] => true,
        ["false"] => false,
        ["!", .. var rest] => !Test(files, rest),
        ["[", .. var inner, "]"] => Decide(files, inner),
        ["test", .. var inner] => Decide(files, inner),
        _ => null,
    };

    static bool? Decide(HostFiles files, string[] words)
    {
        if (words.Contains("("))
            return null;
        int either = Array.IndexOf(words, "-o"), both = Array.IndexOf(words, "-a");
        if (either > 0)
            return Decide(files, words[..either]) | Decide(files, words[(either + 1)..]);
        if (both > 0)
            return Decide(files, words[..both]) & Decide(files, words[(both + 1)..]);
        return words switch
        {
            ["!", .. var rest] => !Decide(files, rest),
            ["-f" or "-e" or "-s" or "-d", var path] => IsThere(files, path),
            _ when words.Any(word => word.Contains(Unknown)) => null,
            [] => false,
            [var one] => one.Length > 0,
            ["-n", var one] => one.Length > 0,
            ["-z", var one] => one.Length == 0,
            [var left, "=" or "==" or "-eq", var right] => left == right,
            [var left, "!=" or "-ne", var right] => left != right,
            _ => null,
        };
    }

    static bool? IsThere(HostFiles files, string path) =>
        OnHost(files, path) is not null ? true
        : OnHost(files, path[..(path.LastIndexOf('/') + 1)]) is not null ? false
        : null;

    /// <summary>The files that a command of an entry loads.</summary>
    /// <param name="root">The disk of paths that name no disk.</param>
    internal static IEnumerable<BootFile> Files(string command, string[] arguments, string root)
    {
        string[] paths = [.. arguments.Where(argument => argument.Length > 0 && !argument.StartsWith('-'))];
        return from path in Loaders.Contains(command) ? paths.Take(1) : command.StartsWith("initrd", StringComparison.Ordinal) ? paths : []
               let device = Device().Match(path)
               select new BootFile(path[device.Length..], command == "xen_hypervisor" || XenImage.IsOne(path),
                   device.Success ? device.Value[1..^1] : root);
    }

    /// <summary>Notes what a command of an entry loads.</summary>
    internal static void Load(string command, string[] arguments, BootEntry entry)
    {
        string image = arguments.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "";
        string name = image[(image.LastIndexOfAny(['/', '\\']) + 1)..];
        bool isXen = XenImage.IsOne(image);
        switch (command)
        {
            case "xen_hypervisor":
                entry.Loads.Add(true);
                break;
            case "multiboot" or "multiboot2" when isXen || !name.StartsWith("tboot", StringComparison.Ordinal): // tboot's module is Xen
                entry.Loads.Add(isXen ? true : null);
                break;
            case "module" or "module2" when isXen:
                entry.Loads.Add(true);
                break;
            case "linux" or "linux16" or "linuxefi" or "kernel":
                entry.Loads.Add(isXen);
                break;
            case "chainloader":
                bool isOther = image.EndsWith("+1", StringComparison.Ordinal) || OtherSystem().IsMatch(name);
                entry.Loads.Add(isXen ? true : isOther ? false : null);
                break;
        }
    }

    [GeneratedRegex(@"^\([^)]*\)")]
    private static partial Regex Device();

    [GeneratedRegex("/{2,}")]
    private static partial Regex Slashes();

    [GeneratedRegex("^(bootmgfw|bootmgr|shell|memtest|mt86|fwup)", RegexOptions.IgnoreCase)]
    private static partial Regex OtherSystem();
}
