using Xen.Hosting;
using Xen.Linux.Files;

namespace XenDomains.Configuration;

/// <summary>The folder of configurations of guests that start with the host, in the order of their names.</summary>
/// <param name="Files">Configurations of guests.</param>
/// <param name="Left">Entries that are no configurations, and why. They are reported and never started.</param>
sealed record AutoFolder(IReadOnlyList<string> Files, IReadOnlyList<(string Path, string Why)> Left)
{
    internal static readonly AutoFolder Empty = new([], []);

    /// <summary>Reads a folder. A folder that does not exist has no guests.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    internal static AutoFolder Read(string folder)
    {
        if (!Directory.Exists(folder))
            return Empty;
        var files = new List<string>();
        var left = new List<(string, string)>();
        // Names that begin with a dot (portage's .keep files, .git) are skipped without a report. The pattern of Xen's script skips them,
        // too.
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
            return $"cannot be followed ({e.Message})"; // symbolic links that form a circle
        }
    }
}
