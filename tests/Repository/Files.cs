using Xen.Support;

namespace Repository;

/// <summary>The repository's files as they lie on the disk. What is built or downloaded is none of them.</summary>
static class Files
{
    static readonly string[] NotOurs = [".git", "bin", "obj", "out", "cache", "TestResults", "node_modules"];

    internal static string Text(string path) => File.ReadAllText(Checkout.Path(path));

    /// <summary>The paths, from the root on and with slashes, of all files beneath a folder.</summary>
    /// <param name="folder">Empty for the root.</param>
    /// <param name="pattern">What their names look like.</param>
    internal static IEnumerable<string> Beneath(string folder, string pattern = "*")
    {
        // Links are not followed: those in cached systems lead all over the machine.
        var here = new DirectoryInfo(Checkout.Path(folder));
        foreach (var file in here.EnumerateFiles(pattern).Where(IsOurs))
            yield return Join(folder, file.Name);
        foreach (string file in here.EnumerateDirectories().Where(IsOurs).SelectMany(child => Beneath(Join(folder, child.Name), pattern)))
            yield return file;
    }

    /// <summary>The folder of a path; empty for what lies in the root.</summary>
    internal static string FolderOf(string path) => path.LastIndexOf('/') is >= 0 and var at ? path[..at] : "";

    static bool IsOurs(FileSystemInfo what) => what.LinkTarget is null && !NotOurs.Contains(what.Name);

    static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";
}
