namespace Xen.Hosting;

/// <summary>Finds the settings of xendomains, for all programs of the suite.</summary>
public static class DomainsSettings
{
    /// <summary>The usual paths of the file. The first that exists counts.</summary>
    public static readonly IReadOnlyList<string> Places =
        ["/etc/default/xendomains", "/etc/sysconfig/xendomains", "/etc/conf.d/xendomains"];

    /// <summary>
    /// The folder of the guests' configurations. An empty XENDOMAINS_AUTO means that no guest is started. An empty AUTODIR (Gentoo's and
    /// Alpine's name) counts as not set.
    /// </summary>
    /// <returns>Empty for no folder; null if nothing is set.</returns>
    public static string? AutoFolder(IReadOnlyDictionary<string, string> settings) =>
        settings.GetValueOrDefault("XENDOMAINS_AUTO") ?? (settings.GetValueOrDefault("AUTODIR") is { Length: > 0 } folder ? folder : null);
}
