using System.Text.RegularExpressions;
using Xen.Hosting;
using XenCommons.Host;

namespace XenCommons.Check;

/// <summary>The configurations of guests that xendomains starts with the host.</summary>
static partial class StartedGuests
{
    /// <summary>
    /// Paths in the order of their names. Leftovers of editors and package managers are not started. Neither are links that lead to nothing
    /// and second guests of one name.
    /// </summary>
    internal static IReadOnlyList<string> Of(HostFiles files) =>
        [.. files.List(Folder(files)).Where(path => files.Exists(path) && !files.IsNoFile(path) && !Leftovers.Has(path))
            .DistinctBy(path => NameIn(files, path) ?? path)];

    // If a file sets several names, the last counts, as for xl.
    static string? NameIn(HostFiles files, string path) => Name().Matches(files.Read(path) ?? "").LastOrDefault()?.Groups["name"].Value;

    [GeneratedRegex("""(?:^|;)[ \t]*name[ \t]*=[ \t]*(?<quote>["'])(?<name>[^\n]*?)\k<quote>""", RegexOptions.Multiline)]
    private static partial Regex Name();

    static string Folder(HostFiles files) =>
        (DomainsSettings.Places.FirstOrDefault(files.Exists) is { } file ? DomainsSettings.AutoFolder(files.Settings(file)) : null)
            ?? "/etc/xen/auto";
}
