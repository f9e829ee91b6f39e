using Xen.Hosting;

namespace XenCommons.Check;

/// <summary>The configurations of guests that xendomains starts with the host.</summary>
static class StartedGuests
{
    const string Usual = "/etc/xen/auto";

    // As xendomains looks for its settings: the first that is there counts.
    static readonly string[] Settings = ["/etc/default/xendomains", "/etc/sysconfig/xendomains", "/etc/conf.d/xendomains"];

    /// <summary>Paths in the order of their names. What editors and package managers left is not started.</summary>
    internal static IReadOnlyList<string> Of(HostFiles files) =>
        [.. files.List(Folder(files)).Where(path => !files.IsFolder(path) && !Leftovers.Has(path))];

    // XENDOMAINS_AUTO that is set and empty starts none; an empty AUTODIR (Gentoo's and Alpine's) is as if it were not there.
    static string Folder(HostFiles files)
    {
        string settings = Settings.Select(files.Read).FirstOrDefault(text => text is not null) ?? "";
        return ShellSetting.Of(settings, "XENDOMAINS_AUTO")
            ?? (ShellSetting.Of(settings, "AUTODIR") is { Length: > 0 } folder ? folder : Usual);
    }
}
