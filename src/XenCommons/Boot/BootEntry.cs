using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>An entry of a boot loader's menu, or a submenu.</summary>
/// <param name="title">The text in the menu.</param>
/// <param name="id">The entry's other name; the title if it has no id of its own.</param>
sealed class BootEntry(string title, string id)
{
    internal string Title { get; } = title;
    internal string Id { get; } = id;

    /// <summary>Stands for entries that may exist. Their number and names are unknown.</summary>
    internal static BootEntry Gap() => new(GrubFacts.Unknown.ToString(), "") { IsCertain = false, Loads = { null } };

    /// <summary>False if it is unknown whether the menu has this entry.</summary>
    internal bool IsCertain { get; init; } = true;

    /// <summary>The title or the id is unknown.</summary>
    internal bool IsNameless => Title.Contains(GrubFacts.Unknown) || Id.Contains(GrubFacts.Unknown);

    /// <summary>Entries whose order among each other is unknown share a group; null if the order is known.</summary>
    internal object? Group { get; init; }

    internal bool IsSubmenu { get; init; }

    /// <summary>A submenu's entries.</summary>
    internal List<BootEntry> Below { get; } = [];

    /// <summary>For each image that the entry loads: whether it is Xen, or null if that is unknown.</summary>
    internal List<bool?> Loads { get; } = [];

    /// <summary>The files that the entry certainly loads.</summary>
    internal List<BootFile> Files { get; } = [];

    /// <summary>Whether the entry boots Xen; null if that is unknown. An entry that loads nothing does not boot Xen.</summary>
    internal bool? IsXen => Loads.Count == 0 ? false : Loads.TrueForAll(load => load == Loads[0]) ? Loads[0] : null;

    /// <summary>The image of Xen that the entry loads and that is missing; null if none is known to be missing.</summary>
    internal string? MissingXen(HostFiles files) =>
        IsCertain && IsXen == true ? Files.Find(file => file.IsXen && file.IsThere(files) == false && Sees(files, file.Volume))?.Path
            : null;

    // Only the boot loader knows this disk. It counts as this host's disk if it has everything else that the entry loads from it.
    bool Sees(HostFiles files, string volume)
    {
        var others = Files.FindAll(file => !file.IsXen && file.Volume == volume);
        return volume == BootFile.Beside || others.Count > 0 && others.TrueForAll(file => file.IsThere(files) == true);
    }
}
