using System.IO.Enumeration;
using System.Text;
using System.Text.RegularExpressions;
using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>
/// Boot entries with one file each (the Boot Loader Specification): systemd-boot's menu, and the entries of GRUB's blscfg. Loaders sort
/// them by version. The order is not computed here: where it matters, all entries must agree.
/// </summary>
static partial class LoaderEntries
{
    const string Variables = "/sys/firmware/efi/efivars", Vendor = "-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"; // of systemd-boot

    /// <summary>The entries in a partition's loader/entries.</summary>
    internal static IReadOnlyList<BootEntry> Read(HostFiles files, string partition, bool isCertain = true,
        string volume = BootFile.Unnamed)
    {
        object group = new();
        return [.. files.List(partition + "/loader/entries", "*.conf")
            .Select(file => One(files.Read(file) ?? "", Id(file), group, isCertain, volume))];
    }

    /// <summary>systemd-boot's menu; null if there is none.</summary>
    internal static BootMenu? Menu(HostFiles files)
    {
        string? partition = XenImage.EfiPartitions.FirstOrDefault(partition => files.Exists(partition + "/loader/loader.conf"));
        if (partition is null)
            return null;
        string file = partition + "/loader/loader.conf";
        var entries = XenImage.EfiPartitions.Where(one => one == partition || one == "/boot")
            .SelectMany(one => Read(files, one, volume: one == partition ? BootFile.Beside : BootFile.Unnamed)).ToList();
        entries.AddRange(files.List(partition + "/EFI/Linux", "*.efi").Select(image => Unified(image)));
        string? once = Variable(files, "LoaderEntryOneShot");
        string? wanted = once ?? Variable(files, "LoaderEntryDefault")
            ?? Keys(files.Read(file) ?? "").LastOrDefault(key => key.Name == "default").Value;
        if (wanted == "@saved")
            wanted = Variable(files, "LoaderEntryLastBooted");
        // Without a pattern, the default is the first of all entries by version.
        var matching = entries.FindAll(entry =>
            wanted is null
                || new[] { entry.Id, entry.Id + ".conf", entry.Id + ".efi" }.Any(id => FileSystemName.MatchesSimpleExpression(wanted, id)));
        // The firmware's variables override the file. If the host does not show them, the default is unknown.
        return new(file, BootMenu.AnyXen(entries), files.IsFolder(Variables) ? BootMenu.Agreed(files, matching) : null, once is not null)
        {
            Entries = entries,
        };
    }

    static BootEntry One(string text, string id, object group, bool isCertain, string volume)
    {
        var keys = Keys(text).ToLookup(key => key.Name, key => key.Value);
        var entry = new BootEntry(keys["title"].LastOrDefault() ?? id, id) { Group = group, IsCertain = isCertain };
        entry.Loads.AddRange(keys["linux"].Select(image => (bool?)XenImage.IsOne(image)));
        entry.Loads.AddRange(keys["efi"].Concat(keys["uki"]).Select(image => XenImage.IsOne(image) ? true : (bool?)null));
        entry.Files.AddRange(
            from value in (string[])[.. keys["linux"], .. keys["initrd"], .. keys["efi"], .. keys["uki"]]
            let path = value.Split(' ')[0].Replace('\\', '/')
            select new BootFile(path, XenImage.IsOne(path), volume));
        return entry;
    }

    // An image with kernel and options. It may hold a Xen as well.
    static BootEntry Unified(string image) => new(Path.GetFileName(image), Id(image)) { Loads = { XenImage.IsOne(image) ? true : null } };

    static string Id(string file) => Tries().Replace(Path.GetFileNameWithoutExtension(file), "");

    static IEnumerable<(string Name, string Value)> Keys(string text) =>
        from line in text.Split('\n')
        let parts = line.Trim().Split([' ', '\t'], 2)
        where parts.Length == 2 && !parts[0].StartsWith('#')
        select (parts[0], parts[1].Trim());

    // Four bytes of attributes, then UTF-16 with a zero at the end.
    static string? Variable(HostFiles files, string name)
    {
        byte[]? value = files.ReadBytes($"{Variables}/{name}{Vendor}");
        return value is { Length: > 4 } ? Encoding.Unicode.GetString(value.AsSpan(4)).TrimEnd('\0') : null;
    }

    // "+3-1": the number of tries left, and the number of failed tries.
    [GeneratedRegex(@"\+\d+(-\d+)?$")]
    private static partial Regex Tries();
}
