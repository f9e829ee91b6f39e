using System.Globalization;
using System.IO.Compression;
using Xen.Hosting.Settings;
using Xen.Linux.Files;

namespace XenCommons.Host;

/// <summary>
/// The files of a host below a root, so that a test can make a host of a folder. A file that cannot be read counts as missing, and the
/// caller decides what that means.
/// </summary>
/// <param name="root">"/" for this host.</param>
sealed class HostFiles(string root)
{
    const int MostLinks = 40; // the kernel's limit
    const string Nothing = "/dev/null"; // every running host has it

    /// <summary>The files are those of this host.</summary>
    internal bool IsThisHost => root == "/";

    /// <summary>The real path of a file of the host.</summary>
    internal string At(string path) => Path.Combine(root, path.TrimStart('/'));

    /// <summary>
    /// Whether something exists at a path, or at the end of its links. An absolute link begins at the root of this host.
    /// </summary>
    internal bool Exists(string path) =>
        IsThisHost ? FollowedPath.IsThere(path) : Follow(path, MostLinks) is { } end && (end == Nothing || Path.Exists(At(end)));

    internal bool IsFolder(string path) => Directory.Exists(At(path));

    /// <summary>Whether something exists there that is no file: a folder, a pipe, a device.</summary>
    internal bool IsNoFile(string path) => Path.Exists(At(path)) && !Folder.IsRegularFile(At(path));

    /// <summary>Whether the path is a link to /dev/null: masked.</summary>
    internal bool IsMasked(string path) =>
        FileFault.Otherwise(() => File.ResolveLinkTarget(At(path), returnFinalTarget: false)?.FullName == Nothing, false);

    // Null: the links form a circle.
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

    /// <summary>The end of a path's links, to recognise two names of one file.</summary>
    internal string Real(string path) =>
        FileFault.Otherwise(() => File.ResolveLinkTarget(At(path), returnFinalTarget: true)?.FullName, null) ?? At(path);

    /// <summary>A file's text, unpacked if its name ends in .gz; null if it cannot be read.</summary>
    internal string? Read(string path)
    {
        try
        {
            if (!path.EndsWith(".gz", StringComparison.Ordinal))
                return Folder.IsRegularFile(At(path)) ? File.ReadAllText(At(path)) : null; // opening a pipe would block
            if (!Folder.IsRegularFile(At(path)))
                return null;
            using var text = new StreamReader(new GZipStream(File.OpenRead(At(path)), CompressionMode.Decompress));
            return text.ReadToEnd();
        }
        catch (Exception e) when (FileFault.Is(e) || e is InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The variables that a file of shell assignments sets, with those of the files that it reads.</summary>
    internal IReadOnlyDictionary<string, string> Settings(string path) => ShellVariables.Parse(Read(path) ?? "", path, At).Values;

    /// <summary>A file's bytes; null if it cannot be read.</summary>
    internal byte[]? ReadBytes(string path) =>
        FileFault.Otherwise(() => Folder.IsRegularFile(At(path)) ? File.ReadAllBytes(At(path)) : null, null);

    /// <summary>The paths in a folder whose names fit a pattern, in order.</summary>
    internal IReadOnlyList<string> List(string folder, string pattern = "*") => FileFault.Otherwise<IReadOnlyList<string>>(
        () => Directory.Exists(At(folder))
            ? [.. Directory.EnumerateFileSystemEntries(At(folder), pattern)
                .Select(path => $"{folder.TrimEnd('/')}/{Path.GetFileName(path)}").Order(StringComparer.Ordinal)]
            : [],
        []);

    /// <summary>The value of the first word of a kernel's command line that begins with a name; null if there is none.</summary>
    internal static string? Option(string? commandLine, string name) =>
        commandLine?.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .LastOrDefault(word => word.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    /// <summary>The release of the running kernel.</summary>
    internal string Release => Read("/proc/sys/kernel/osrelease")?.Trim() ?? "";

    /// <summary>Whether the host runs as a Xen dom0: by /proc/xen, or without it by the store's own device.</summary>
    internal bool IsDom0 =>
        Read("/proc/xen/capabilities") is { } capabilities ? capabilities.Contains("control_d", StringComparison.Ordinal)
            : Exists("/dev/xen/xenbus_backend");

    /// <summary>
    /// Whether it is a guest of Xen and no dom0. Guests often have no xenfs. Then the hypervisor's features in /sys decide: bit 11 is that
    /// of a dom0 (Xen's public/features.h).
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
