namespace Xen.Hosting;

/// <summary>The files that editors and package managers leave beside a file: backups, unfinished files, files of other versions.</summary>
public static class Leftovers
{
    static readonly string[] Endings =
    [
        "~", ".bak", ".old", ".orig", ".rej", ".swp", ".swo", ".tmp", ".dpkg-old", ".dpkg-new", ".dpkg-dist", ".dpkg-bak", ".dpkg-tmp",
        ".rpmsave", ".rpmnew", ".rpmorig", ".ucf-old", ".ucf-dist", ".pacsave", ".pacnew",
    ];

    /// <summary>Whether a file's name is the name of such a file.</summary>
    /// <param name="path">The file's name, with folders or without.</param>
    public static bool Has(string path)
    {
        string name = Path.GetFileName(path);
        return name.StartsWith('.') || name.StartsWith('#') && name.EndsWith('#')
            || Endings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));
    }
}
