using System.Text.RegularExpressions;
using Xen.Hosting;

namespace XenCommons.Check;

/// <summary>The configurations of guests that xendomains starts with the host.</summary>
static partial class StartedGuests
{
    const string Usual = "/etc/xen/auto";

    // As xendomains looks for its settings: the first that is there counts.
    static readonly string[] Settings = ["/etc/default/xendomains", "/etc/sysconfig/xendomains", "/etc/conf.d/xendomains"];

    /// <summary>
    /// Paths in the order of their names. What editors and package managers left is not started, nor a link that leads to nothing, nor a
    /// second guest of one name.
    /// </summary>
    internal static IReadOnlyList<string> Of(HostFiles files) =>
        [.. files.List(Folder(files)).Where(path => files.Exists(path) && !files.IsNoFile(path) && !Leftovers.Has(path)).DistinctBy(path => NameIn(files, path) ?? path)];

    // Of several names in a file the last counts, as for xl.
    static string? NameIn(HostFiles files, string path) => Name().Matches(files.Read(path) ?? "").LastOrDefault()?.Groups["name"].Value;

    [GeneratedRegex("""(?:^|;)[ \t]*name[ \t]*=[ \t]*(?<quote>["'])(?<name>[^\n]*?)\k<quote>""", RegexOptions.Multiline)]
    private static partial Regex Name();

    // XENDOMAINS_AUTO that is set and empty starts none; an empty AUTODIR (Gentoo's and Alpine's) is as if it were not there.
    static string Folder(HostFiles files)
    {
        var settings = files.Settings(Settings.FirstOrDefault(files.Exists) ?? Settings[0]);
        return settings.GetValueOrDefault("XENDOMAINS_AUTO")
            ?? (settings.GetValueOrDefault("AUTODIR") is { Length: > 0 } folder ? folder : Usual);
    }
}
