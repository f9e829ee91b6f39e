using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>An entry of a boot loader's menu, or a submenu.</summary>
/// <param name="title">What the menu shows.</param>
/// <param name="id">By what else it is named; the title if it has no id of its own.</param>
sealed class BootEntry(string title, string id)
{
    internal string Title { get; } = title;
    internal string Id { get; } = id;

    /// <summary>Something that may be there: nobody can say from here which entries, and how many.</summary>
    internal static BootEntry Gap() => new(GrubFacts.Unknown.ToString(), "") { IsCertain = false, Loads = { null } };

    /// <summary>False if nobody can say from here whether the menu has it.</summary>
    internal bool IsCertain { get; init; } = true;

    /// <summary>Its title or id is not known.</summary>
    internal bool IsNameless => Title.Contains(GrubFacts.Unknown) || Id.Contains(GrubFacts.Unknown);

    /// <summary>Those whose order among each other is not known share one; null if the order is known.</summary>
    internal object? Group { get; init; }

    internal bool IsSubmenu { get; init; }

    /// <summary>A submenu's entries.</summary>
    internal List<BootEntry> Below { get; } = [];

    /// <summary>Of each image that it loads: whether that is Xen, or null if that is not known.</summary>
    internal List<bool?> Loads { get; } = [];

    /// <summary>The files that it loads for certain.</summary>
    internal List<BootFile> Files { get; } = [];

    /// <summary>Whether it boots Xen; null if that is not known. What loads nothing boots no Xen.</summary>
    internal bool? IsXen => Loads.Count == 0 ? false : Loads.TrueForAll(load => load == Loads[0]) ? Loads[0] : null;

    /// <summary>The image of Xen that it loads and that is not there; null if none is known to be missing.</summary>
    internal string? MissingXen(HostFiles files) =>
        IsCertain && IsXen == true ? Files.Find(file => file.IsXen && file.IsThere(files) == false && Sees(files, file.Volume))?.Path
            : null;

    // A disk that only the boot loader knows is this host's if it has all else that the entry loads from there.
    bool Sees(HostFiles files, string volume)
    {
        var others = Files.FindAll(file => !file.IsXen && file.Volume == volume);
        return volume == BootFile.Beside || others.Count > 0 && others.TrueForAll(file => file.IsThere(files) == true);
    }
}
