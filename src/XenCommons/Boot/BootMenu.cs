using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>A boot loader's menu, and the entry that is booted if nobody chooses.</summary>
/// <param name="File">The file that the menu was read from.</param>
/// <param name="OffersXen">Whether an entry boots Xen; null if that is unknown.</param>
/// <param name="Default">The entry that is booted if nobody chooses; null if that is unknown.</param>
/// <param name="IsOnce">The default holds for the next boot only.</param>
sealed record BootMenu(string File, bool? OffersXen, BootEntry? Default, bool IsOnce = false)
{
    /// <summary>The entries of the menu, as far as they are read.</summary>
    internal IReadOnlyList<BootEntry> Entries { get; init; } = [];

    static readonly string[] GrubFiles = ["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"];

    // Configurations of boot loaders that are not read. Their entries are unknown.
    static readonly string[] NotRead =
        ["refind/refind.conf", "refind.conf", "BOOT/refind.conf", "limine.conf", "limine/limine.conf", "BOOT/limine.conf"];

    /// <summary>The menus of all boot loaders of the host. It is unknown which of them the firmware starts.</summary>
    internal static IReadOnlyList<BootMenu> Find(HostFiles files)
    {
        var menus = new List<BootMenu>();
        var grubFiles = GrubFiles.Concat(XenImage.EfiFolders(files).Select(folder => folder + "/grub.cfg"));
        foreach (string file in grubFiles.Where(files.Exists).DistinctBy(files.Real))
            if (GrubMenu.Read(files, file) is { } menu)
                menus.Add(menu);
        if (LoaderEntries.Menu(files) is { } entries)
            menus.Add(entries);
        menus.AddRange(SyslinuxMenu.Find(files));
        menus.AddRange(from partition in XenImage.EfiPartitions
                       from file in NotRead.Select(file => $"{partition}/{file}").Concat(NotRead.Select(file => $"{partition}/EFI/{file}"))
                       where files.Exists(file)
                       select new BootMenu(file, null, null));
        // The firmware may start xen.efi itself. Its configuration is in the same folder.
        menus.AddRange(XenConfiguration.Find(files).Select(file => new BootMenu(file, true, null)));
        return [.. menus.DistinctBy(menu => menu.File)];
    }

    /// <summary>Whether one of these entries boots Xen; null if that is unknown.</summary>
    internal static bool? AnyXen(IEnumerable<BootEntry> entries)
    {
        bool? any = false;
        foreach (var entry in entries)
        {
            bool? offers = entry.IsSubmenu ? AnyXen(entry.Below) : entry.IsXen;
            any |= offers == true && !entry.IsCertain ? null : offers;
        }
        return any;
    }

    /// <summary>
    /// One of several entries, each of which may be booted; null if they differ in whether they boot Xen. It is one that can start, unless
    /// none can.
    /// </summary>
    internal static BootEntry? Agreed(HostFiles files, IReadOnlyList<BootEntry> several) =>
        several.Count > 0 && several[0].IsXen is { } isXen && several.All(entry => entry.IsXen == isXen)
            ? several.FirstOrDefault(entry => entry.MissingXen(files) is null) ?? several[0] : null;

    /// <summary>
    /// The missing image of Xen without which the default entry cannot start. If the default does not boot Xen or is unknown, the missing
    /// image without which no entry for Xen can start. Null if none is known to be missing.
    /// </summary>
    internal string? MissingXen(HostFiles files)
    {
        if (Default is { IsXen: true })
            return Default.MissingXen(files);
        var missing = Flat(Entries).Where(entry => entry.IsXen != false).Select(entry => entry.MissingXen(files)).ToList();
        return missing.Count > 0 && !missing.Contains(null) ? missing[0] : null;
    }

    /// <summary>Entries, and the entries of submenus without the submenus themselves.</summary>
    internal static IEnumerable<BootEntry> Flat(IEnumerable<BootEntry> entries) =>
        entries.SelectMany(entry => entry.IsSubmenu ? Flat(entry.Below) : [entry]);
}
