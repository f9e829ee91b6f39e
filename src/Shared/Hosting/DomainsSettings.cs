namespace Xen.Hosting;

/// <summary>The settings of xendomains, as each program of the suite finds them.</summary>
public static class DomainsSettings
{
    /// <summary>Where the file is looked for when none is named; the first that exists counts.</summary>
    public static readonly IReadOnlyList<string> Places = ["/etc/default/xendomains", "/etc/sysconfig/xendomains", "/etc/conf.d/xendomains"];

    /// <summary>
    /// The folder of configurations of guests. XENDOMAINS_AUTO that is set and empty starts none; an empty AUTODIR (Gentoo's and
    /// Alpine's) is as if it were not there.
    /// </summary>
    /// <returns>Empty for none; null where nothing is set.</returns>
    public static string? AutoFolder(IReadOnlyDictionary<string, string> settings) =>
        settings.GetValueOrDefault("XENDOMAINS_AUTO") ?? (settings.GetValueOrDefault("AUTODIR") is { Length: > 0 } folder ? folder : null);
}
