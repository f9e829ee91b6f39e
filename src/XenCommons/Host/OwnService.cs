namespace XenCommons.Host;

/// <summary>The services of this suite: whether they are installed, and the settings that they read.</summary>
static class OwnService
{
    static readonly string[] UnitFolders =
        ["/usr/lib/systemd/system", "/lib/systemd/system", "/etc/systemd/system", "/run/systemd/system"];

    /// <summary>
    /// Whether the service xenstored is ours: it becomes the store by this program. Others only read a settings file of that name.
    /// </summary>
    internal static bool IsInstalled(HostFiles files) =>
        UnitFolders.Select(folder => folder + "/xenstored.service").Append("/etc/init.d/xenstored")
            .Any(file => IsOurs(files.Read(file)));

    /// <summary>Whether the init system that runs has our service xenstored, and may start it.</summary>
    internal static bool CanStart(HostFiles files) =>
        files.IsFolder("/run/systemd/system")
            ? UnitFolders.Select(folder => files.Read(folder + "/xenstored.service")).Any(IsOurs)
                && !UnitFolders.Any(folder => files.IsMasked(folder + "/xenstored.service"))
            : files.IsFolder("/run/openrc") && IsOurs(files.Read("/etc/init.d/xenstored"));

    static bool IsOurs(string? text) => text?.Contains("/usr/sbin/xencommons", StringComparison.Ordinal) ?? false;

    /// <summary>A host that does not run and has no runlevels counts as a host of systemd.</summary>
    internal static bool IsOpenRc(HostFiles files) => files.IsFolder("/etc/runlevels") && !files.IsFolder("/run/systemd/system");

    /// <summary>The files that a service reads, in this order; a later one overrides an earlier one.</summary>
    internal static string[] SettingFiles(HostFiles files, string service) =>
        IsOpenRc(files)
        ? ["/etc/conf.d/xencommons", .. service == "xenqemudev" ? (string[])["/etc/conf.d/xenqemu"] : [], "/etc/conf.d/" + service]
        : ["/etc/default/xencommons", "/etc/sysconfig/xencommons"];

    /// <summary>The value of a setting by its name, as a service sees it; null if it is not set.</summary>
    internal static Func<string, string?> SettingOf(HostFiles files, string service)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in SettingFiles(files, service).SelectMany(files.Settings))
            values[name] = value;
        return name => values.GetValueOrDefault(name);
    }
}
