using Xen.Hosting;
using Xen.Linux.Files;

namespace XenDomains.Configuration;

/// <summary>The folder of configurations of guests that start with the host, in the order of their names.</summary>
/// <param name="Files">What is a guest's configuration.</param>
/// <param name="Left">What is not, and why: it is named, and never started.</param>
sealed record AutoFolder(IReadOnlyList<string> Files, IReadOnlyList<(string Path, string Why)> Left)
{
    internal static readonly AutoFolder Empty = new([], []);

    /// <summary>Looks at a folder; one that is not there has no guests.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static AutoFolder Read(string folder)
    {
        if (!Directory.Exists(folder))
            return Empty;
        var files = new List<string>();
        var left = new List<(string, string)>();
        // What begins with a dot (portage's .keep files, .git) is none, and nobody thinks that it is: the pattern of Xen's script passes it
        // over, too.
        foreach (string path in Directory.EnumerateFileSystemEntries(folder).Where(path => !Path.GetFileName(path).StartsWith('.'))
            .Order(StringComparer.Ordinal))
            if (WhyNot(path) is { } why)
                left.Add((path, why));
            else
                files.Add(path);
        return new(files, left);
    }

    static string? WhyNot(string path)
    {
        string name = Path.GetFileName(path);
        if (Directory.Exists(path))
            return "is a folder";
        if (Leftovers.Has(name))
            return "looks like what an editor or a package manager left";
        try
        {
            if (new FileInfo(path) is { LinkTarget: { } target } link
                && link.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true })
                return $"points to {target}, which is not there";
            return Folder.IsRegularFile(path) ? null
                : name.Contains('\uFFFD', StringComparison.Ordinal) ? "has bytes in its name that are no UTF-8 text: rename it"
                : "is no file that can be read";
        }
        catch (IOException e)
        {
            return $"cannot be followed ({e.Message})"; // a circle of links
        }
    }
}
