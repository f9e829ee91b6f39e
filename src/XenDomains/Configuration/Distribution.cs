using Xen.Hosting.Settings;
using Xen.Linux.Files;

namespace XenDomains.Configuration;

/// <summary>
/// What it means that the settings file does not set a variable. It means what the distribution's own script does then, because
/// administrators know that behaviour. This table is the only place for it. Two meanings hold everywhere, whatever a script does, so
/// that no guest is lost: a guest that must stop is shut down, and an image that exists is restored. Sources: Xen's
/// tools/hotplug/Linux/xendomains.in, Debian's xen-utils-common.xendomains.init (Debian 12 and 13 have the same), Gentoo's and Alpine's
/// xendomains.initd.
/// </summary>
/// <param name="Name">The distribution's usual name.</param>
/// <param name="AutoFolder">Without XENDOMAINS_AUTO and AUTODIR: the folder of configurations; null: no guest is started.</param>
/// <param name="AutoOnly">Without XENDOMAINS_AUTO_ONLY: only guests of that folder are stopped.</param>
/// <param name="ShutsDownOthers">Without XENDOMAINS_SHUTDOWN_ALL: guests outside the folder are shut down when the host goes down.</param>
/// <param name="StopsOneByOne">Without PARALLEL_SHUTDOWN: guests are stopped one after the other.</param>
/// <param name="MaxWait">Without XENDOMAINS_STOP_MAXWAIT: how long each way to stop a guest may take; null: without limit.</param>
sealed record Distribution(string Name, string? AutoFolder, bool AutoOnly, bool ShutsDownOthers, bool StopsOneByOne, TimeSpan? MaxWait)
{
    const string OpenRcFolder = "/etc/xen/auto";

    /// <summary>
    /// Debian's script knows no AUTO_ONLY: it stops every guest. Without a time it would not wait at all, so the time of Debian's file
    /// holds.
    /// </summary>
    internal static readonly Distribution Debian = new("Debian", null, AutoOnly: false, ShutsDownOthers: false, StopsOneByOne: false,
        TimeSpan.FromSeconds(300));

    /// <summary>To upstream's script a variable that is not set is empty, and any word except true means all guests.</summary>
    internal static readonly Distribution Upstream = new("Xen", null, AutoOnly: false, ShutsDownOthers: false, StopsOneByOne: false, null);

    /// <summary>Upstream's script, with the file in /etc/sysconfig.</summary>
    internal static readonly Distribution Suse = Upstream with { Name = "SUSE" };

    /// <summary>Upstream's script and upstream's file. The host's own file reads that file first.</summary>
    internal static readonly Distribution NixOs = Upstream with { Name = "NixOS" };

    /// <summary>
    /// Gentoo's script shuts down the guests of the folder and waits for them without limit. The script of Gentoo's xenconsoled then shuts
    /// down all other guests.
    /// </summary>
    internal static readonly Distribution Gentoo = new("Gentoo", OpenRcFolder, AutoOnly: true, ShutsDownOthers: true, StopsOneByOne: true,
        null);

    /// <summary>Gentoo's script, but no script shuts down the other guests.</summary>
    internal static readonly Distribution Alpine = Gentoo with { Name = "Alpine", ShutsDownOthers = false };

    // These variables show which script a file was written for.
    static readonly string[] OfUpstream = ["XENDOMAINS_SYSRQ", "XENDOMAINS_USLEEP", "XENDOMAINS_SHUTDOWN", "XENDOMAINS_SHUTDOWN_ALL",
        "XENDOMAINS_AUTO_ONLY"];
    static readonly string[] OfDebian = ["XENDOMAINS_MIGRATE", "XENDOMAINS_SAVE", "XENDOMAINS_RESTORE", "XENDOMAINS_AUTO",
        "XENDOMAINS_STOP_MAXWAIT"];
    static readonly string[] OfAlpine = ["XENDOMAINS_CONSOLE", "TMUX_NAME", "SCREENDIR"];

    /// <summary>Finds the distribution whose script a settings file was written for.</summary>
    /// <param name="names">The variables that the file sets.</param>
    /// <param name="file">The path of the file.</param>
    /// <param name="followed">Other files that this file reads.</param>
    /// <param name="host">Words of ID and ID_LIKE of the host's os-release.</param>
    internal static Distribution Of(IReadOnlyCollection<string> names, string file, IEnumerable<string> followed,
        IReadOnlyCollection<string> host)
    {
        bool isOthers = names.Any(OfUpstream.Contains) || names.Any(OfDebian.Contains);
        if (names.Contains("AUTODIR")
            || !isOthers && (names.Contains("PARALLEL_SHUTDOWN") || file.StartsWith("/etc/conf.d/", StringComparison.Ordinal)))
            return host.Contains("alpine") || names.Any(OfAlpine.Contains) ? Alpine : Gentoo;
        if (host.Contains("nixos") || followed.Any(path => path.StartsWith("/nix/store/", StringComparison.Ordinal)))
            return NixOs;
        bool isSysconfig = file.StartsWith("/etc/sysconfig/", StringComparison.Ordinal);
        if (!names.Any(OfUpstream.Contains) && !isSysconfig && (host.Contains("debian") || names.Any(OfDebian.Contains)))
            return Debian;
        return host.Contains("suse") || host.Contains("opensuse") ? Suse : Upstream;
    }

    /// <summary>The host's distribution if its script works without a settings file, else null.</summary>
    internal static Distribution? WithoutFile(IReadOnlyCollection<string> host) =>
        host.Contains("debian") ? Debian : host.Contains("gentoo") ? Gentoo : host.Contains("alpine") ? Alpine : null;

    /// <summary>Words of ID and ID_LIKE of this host's os-release; empty if there is no such file.</summary>
    internal static IReadOnlyCollection<string> Host(string file = "/etc/os-release")
    {
        var values = ShellVariables.Parse(FileFault.Otherwise(() => File.ReadAllText(file), ""), file).Values;
        return [.. $"{values.GetValueOrDefault("ID")} {values.GetValueOrDefault("ID_LIKE")}".ToLowerInvariant()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }
}
