using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>
/// The menu of SYSLINUX and EXTLINUX (Alpine's boot loader on BIOS; U-Boot reads it as well). It has labels, each with what it boots. For
/// Xen that is mboot.c32 with Xen and the kernel after it.
/// </summary>
static class SyslinuxMenu
{
    static readonly string[] Places =
    [
        "/boot/extlinux.conf", "/boot/extlinux/extlinux.conf", "/boot/syslinux/extlinux.conf", "/boot/syslinux.cfg",
        "/boot/syslinux/syslinux.cfg", "/boot/efi/EFI/syslinux/syslinux.cfg", "/boot/EFI/syslinux/syslinux.cfg",
        "/efi/EFI/syslinux/syslinux.cfg",
    ];
    const int MostFiles = 16;

    /// <summary>The menus that the host has.</summary>
    internal static IEnumerable<BootMenu> Find(HostFiles files) =>
        Places.Where(files.Exists).DistinctBy(files.Real).Select(file => Read(files, file));

    static BootMenu Read(HostFiles files, string file)
    {
        var entries = new List<BootEntry>();
        string? wanted = null, marked = null, inTime = null;
        bool isSaved = false;
        foreach (var (keyword, value) in Lines(files, file, MostFiles))
            switch (keyword)
            {
                case "label":
                    entries.Add(new(value, value));
                    break;
                case "default":
                    wanted = value.Split(' ')[0];
                    break;
                case "ontimeout":
                    inTime = value.Split(' ')[0];
                    break;
                case "menu" when value.StartsWith("default", StringComparison.OrdinalIgnoreCase) && entries.Count > 0:
                    marked = entries[^1].Id;
                    break;
                case "menu" when value.StartsWith("save", StringComparison.OrdinalIgnoreCase):
                    isSaved = true;
                    break;
                case "include?":
                    entries.Add(BootEntry.Gap());
                    break;
                case "linux" or "kernel" or "com32" or "boot" or "append" or "fdt" or "initrd" when entries.Count > 0:
                    Load(keyword, value, entries[^1]);
                    entries[^1].Files.AddRange(Files(keyword, value, Path.GetDirectoryName(file)!));
                    break;
            }
        // The mark in a menu overrides DEFAULT, which then names the menu's program.
        string? id = inTime ?? marked ?? wanted;
        bool isMenu = id is null || id.EndsWith(".c32", StringComparison.OrdinalIgnoreCase);
        var entry = entries.Find(one => one.Id == id) ?? (isMenu ? entries.FirstOrDefault() : null);
        return new(file, BootMenu.AnyXen(entries), isSaved || entries.Exists(one => one.IsNameless) ? null : entry)
        {
            Entries = entries,
        };
    }

    // mboot.c32 itself does not show what it loads. APPEND holds the images with --- between them.
    static void Load(string keyword, string value, BootEntry entry)
    {
        string image = value.Split(' ', 2)[0];
        if (keyword == "append" && value.Split(' ').Any(XenImage.IsOne))
            entry.Loads.Add(true);
        else if (keyword is "linux" or "kernel" && !image.EndsWith(".c32", StringComparison.OrdinalIgnoreCase))
            entry.Loads.Add(XenImage.IsOne(image));
    }

    // A path that does not begin at the file system's root begins at the menu's folder.
    static IEnumerable<BootFile> Files(string keyword, string value, string folder)
    {
        string[] loaded = keyword switch
        {
            "append" when value.Contains(" --- ", StringComparison.Ordinal) => value.Split(" --- "),
            "linux" or "kernel" or "boot" => [value],
            "initrd" => value.Split(','),
            _ => [],
        };
        return from text in loaded
               let path = text.Trim().Split(' ')[0]
               where path.Length > 0 && !path.EndsWith(".c32", StringComparison.OrdinalIgnoreCase)
               select new BootFile(path.StartsWith('/') ? path : $"{folder}/{path}", XenImage.IsOne(path), BootFile.Unnamed);
    }

    static IEnumerable<(string Keyword, string Value)> Lines(HostFiles files, string file, int most)
    {
        if (most == 0 || files.Read(file) is not { } text)
        {
            yield return ("include?", file);
            yield break;
        }
        foreach (string line in text.Split('\n'))
        {
            string[] parts = line.Trim().Split([' ', '\t'], 2);
            string keyword = parts[0].ToLowerInvariant(), value = parts.Length == 2 ? parts[1].Trim() : "";
            if (keyword == "menu" && value.StartsWith("include ", StringComparison.OrdinalIgnoreCase))
                (keyword, value) = ("include", value["include ".Length..].Trim().Split(' ')[0]);
            if (keyword != "include")
            {
                yield return (keyword, value.Replace('\t', ' '));
                continue;
            }
            string included = value.StartsWith('/') ? value : $"{Path.GetDirectoryName(file)}/{value}";
            foreach (var inner in Lines(files, GrubFacts.OnHost(files, included) ?? included, most - 1))
                yield return inner;
        }
    }
}
