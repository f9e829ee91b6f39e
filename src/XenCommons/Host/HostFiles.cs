using System.Globalization;
using System.IO.Compression;
using Xen.Hosting.Settings;
using Xen.Linux.Files;

namespace XenCommons.Host;

/// <summary>
/// The files of a host beneath a root, so that a test can make a host of a folder. What cannot be read is as if it were not there: who asks
/// says what that means.
/// </summary>
/// <param name="root">"/" for this host.</param>
sealed class HostFiles(string root)
{
    const int MostLinks = 40; // as the kernel follows
    const string Nothing = "/dev/null"; // which every host has while it runs

    /// <summary>This host's own.</summary>
    internal bool IsThisHost => root == "/";

    /// <summary>Where a file lies.</summary>
    internal string At(string path) => Path.Combine(root, path.TrimStart('/'));

    /// <summary>
    /// Whether there is something at a path, or at the end of the links that lie there. A link's path begins at the root of this host.
    /// </summary>
    internal bool Exists(string path) =>
        IsThisHost ? FollowedPath.IsThere(path) : Follow(path, MostLinks) is { } end && (end == Nothing || Path.Exists(At(end)));

    internal bool IsFolder(string path) => Directory.Exists(At(path));

    /// <summary>A folder, a pipe, a device: something that is there and no file.</summary>
    internal bool IsNoFile(string path) => Path.Exists(At(path)) && !Folder.IsRegularFile(At(path));

    /// <summary>It is a link to /dev/null: switched off for good.</summary>
    internal bool IsMasked(string path)
    {
        try
        {
            return File.ResolveLinkTarget(At(path), returnFinalTarget: false)?.FullName == Nothing;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // Null: the links go in a circle.
    string? Follow(string path, int most)
    {
        string walked = "";
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < names.Length; i++)
        {
            string next = $"{walked}/{names[i]}";
            if (new FileInfo(At(next)).LinkTarget is { } target)
            {
                string rest = string.Join('/', names[(i + 1)..]);
                return most == 0 ? null : Follow(Path.GetFullPath(Path.Combine(walked + "/", target, rest)), most - 1);
            }
            walked = next;
        }
        return walked;
    }

    /// <summary>Where a path leads to in the end, to see two names of one file.</summary>
    internal string Real(string path)
    {
        try
        {
            return File.ResolveLinkTarget(At(path), returnFinalTarget: true)?.FullName ?? At(path);
        }
        catch (IOException)
        {
            return At(path);
        }
    }

    /// <summary>A file's text, unpacked if its name ends in .gz; null if it cannot be read.</summary>
    internal string? Read(string path)
    {
        try
        {
            if (!path.EndsWith(".gz", StringComparison.Ordinal))
                return Folder.IsRegularFile(At(path)) ? File.ReadAllText(At(path)) : null; // who opens a pipe waits
            if (!Folder.IsRegularFile(At(path)))
                return null;
            using var text = new StreamReader(new GZipStream(File.OpenRead(At(path)), CompressionMode.Decompress));
            return text.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The variables that a file of shell assignments sets, and files that it reads.</summary>
    internal IReadOnlyDictionary<string, string> Settings(string path) => ShellVariables.Parse(Read(path) ?? "", path, At).Values;

    /// <summary>A file's bytes; null if it cannot be read.</summary>
    internal byte[]? ReadBytes(string path)
    {
        try
        {
            return Folder.IsRegularFile(At(path)) ? File.ReadAllBytes(At(path)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Paths of what lies in a folder and has a name of this pattern, in order.</summary>
    internal IReadOnlyList<string> List(string folder, string pattern = "*")
    {
        try
        {
            return Directory.Exists(At(folder))
                ? [.. Directory.EnumerateFileSystemEntries(At(folder), pattern)
                    .Select(path => $"{folder.TrimEnd('/')}/{Path.GetFileName(path)}").Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The first word of a kernel's command line that begins with a name, without it; null if there is none.</summary>
    internal static string? Option(string? commandLine, string name) =>
        commandLine?.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .LastOrDefault(word => word.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    /// <summary>The release of the running kernel.</summary>
    internal string Release => Read("/proc/sys/kernel/osrelease")?.Trim() ?? "";

    /// <summary>Whether the host runs as a Xen dom0: what /proc/xen says, or, without it, that the store's own device is there.</summary>
    internal bool IsDom0 =>
        Read("/proc/xen/capabilities") is { } capabilities ? capabilities.Contains("control_d", StringComparison.Ordinal)
            : Exists("/dev/xen/xenbus_backend");

    /// <summary>
    /// Whether it is a guest of Xen's and no dom0. Guests often have no xenfs; the kernel shows the hypervisor's features then, of which
    /// bit 11 is that of a dom0 (Xen's public/features.h).
    /// </summary>
    internal bool IsGuest
    {
        get
        {
            if (Read("/proc/xen/capabilities") is { } capabilities)
                return !capabilities.Contains("control_d", StringComparison.Ordinal);
            string? shown = Read("/sys/hypervisor/properties/features")?.Trim();
            return IsOnXen && !Exists("/dev/xen/xenbus_backend")
                && uint.TryParse(shown, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint features)
                && (features & 1 << 11) == 0;
        }
    }

    /// <summary>Whether it runs on Xen at all.</summary>
    internal bool IsOnXen => Read("/sys/hypervisor/type")?.Trim() == "xen" || IsFolder("/proc/xen");
}
