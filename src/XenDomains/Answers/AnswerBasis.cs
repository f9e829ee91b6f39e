using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Xen.Hosting;
using Xen.Linux.Files;
using Xen.Linux.Processes;

namespace XenDomains.Answers;

/// <summary>
/// What xl's answer about a configuration depends on beside the configuration: xl, its libraries, its settings, the Xen that runs, and
/// this program, which takes from the answer what it needs. If any of this is another one, all configurations are read again.
/// </summary>
/// <param name="Digest">Stands for all of it.</param>
/// <param name="Changed">When the youngest of these files was changed, in nanoseconds since 1970.</param>
sealed record AnswerBasis(string Digest, long Changed)
{
    // Debian's xl is a script, which runs the xl of the Xen that runs (/sys/hypervisor/version).
    const string OfVersions = "/usr/lib", VersionFolder = "xen-*", XlOfVersion = "bin/xl";
    const string LoaderCache = "/etc/ld.so.cache";

    static readonly string[] Libraries = ["lib", "lib64", "lib/x86_64-linux-gnu"], LibraryNames = ["libxen*.so*", "libxl*.so*"];

    // What decides which libraries the loader takes.
    static readonly string[] Variables = ["LD_LIBRARY_PATH", "LD_PRELOAD"];

    static readonly string[] OfHypervisor =
    [
        "/sys/hypervisor/version/major", "/sys/hypervisor/version/minor", "/sys/hypervisor/version/extra",
        "/sys/hypervisor/compilation/compile_date", "/sys/hypervisor/properties/changeset",
    ];

    /// <summary>Looks at this host.</summary>
    /// <param name="xl">The toolstack, by name or path.</param>
    /// <param name="root">The folder where the host's files are; empty: the host's own.</param>
    internal static AnswerBasis Of(string xl, string root = "")
    {
        string? program = ProgramPath.Find(xl);
        var text = new StringBuilder();
        long changed = 0;
        // The first two are one file each, by whichever name: /sbin is often a link to /usr/sbin, and PATH has either before the other.
        Add("this program", Environment.ProcessPath);
        Add("xl", program);
        foreach (string file in Files(program, root))
            Add(file, file);
        foreach (string name in Variables)
            text.Append(name).Append('=').Append(Environment.GetEnvironmentVariable(name)).Append('\n');
        foreach (string file in OfHypervisor)
            text.Append(FileFault.Otherwise(() => File.ReadAllText(root + file), "")).Append('\n');
        var digest = XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(text.ToString()));
        return new(digest.ToString("x32", CultureInfo.InvariantCulture), changed);

        void Add(string name, string? file)
        {
            var stamp = file is null ? null : FileStamp.Of(file);
            text.Append(name).Append(CultureInfo.InvariantCulture, $" {stamp?.Inode} {stamp?.Length} {stamp?.Modified} {stamp?.Changed}\n");
            changed = Math.Max(changed, stamp?.Changed ?? 0);
        }
    }

    static IEnumerable<string> Files(string? program, string root)
    {
        // A Xen that was built by hand has its programs in sbin beside lib.
        string[] prefixes = [root + "/usr", root + "/usr/local",
            .. Path.GetDirectoryName(Path.GetDirectoryName(program)) is { Length: > 1 } prefix ? (string[])[prefix] : []];
        return
        [
            root + XlSettings.File, root + LoaderCache,
            .. In(root + OfVersions, VersionFolder).Select(folder => Path.Combine(folder, XlOfVersion)),
            .. from folder in prefixes.SelectMany(_ => Libraries, Path.Combine).Distinct(StringComparer.Ordinal)
               from name in LibraryNames
               from library in In(folder, name)
               select library,
        ];
    }

    // A folder that is not there, or cannot be read, has none.
    static string[] In(string folder, string pattern) =>
        FileFault.Otherwise(() => Directory.Exists(folder)
            ? [.. Directory.EnumerateFileSystemEntries(folder, pattern).Order(StringComparer.Ordinal)] : [], Array.Empty<string>());
}
