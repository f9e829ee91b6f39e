namespace XenCommons.Host;

/// <summary>The services of this suite: whether they are installed, and the settings that they read.</summary>
static class OwnService
{
    /// <summary>Where packages put units, and where an administrator does, whose units are before them.</summary>
    internal static readonly string[] SystemUnits = ["/usr/lib/systemd/system", "/lib/systemd/system"],
        OwnUnits = ["/etc/systemd/system", "/run/systemd/system"];

    /// <summary>
    /// Whether the service xenstored is ours: it becomes the store by this program. Others only read a settings file of that name.
    /// </summary>
    internal static bool IsInstalled(HostFiles files) =>
        SystemUnits.Concat(OwnUnits).Select(folder => folder + "/xenstored.service").Append("/etc/init.d/xenstored")
            .Any(file => IsOurs(files.Read(file)));

    /// <summary>The text of the unit that counts; null if there is none.</summary>
    internal static string? Unit(HostFiles files, string name) =>
        OwnUnits.Concat(SystemUnits).Select(folder => files.Read($"{folder}/{name}.service")).FirstOrDefault(text => text is not null);

    /// <summary>Whether a unit is masked: a link to /dev/null.</summary>
    internal static bool IsMasked(HostFiles files, string unit) =>
        OwnUnits.Concat(SystemUnits).Any(folder => files.IsMasked($"{folder}/{unit}"));

    /// <summary>Whether the init system that runs has our service xenstored, and may start it.</summary>
    internal static bool CanStart(HostFiles files) =>
        files.IsFolder("/run/systemd/system")
            ? IsOurs(Unit(files, "xenstored")) && !IsMasked(files, "xenstored.service")
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
