using Xen.Hosting;
using XenCommons.Findings;
using XenCommons.Host;

namespace XenCommons.Check;

/// <summary>Checks which services start with the host, and whether they conflict.</summary>
static class ServiceChecks
{
    static readonly string[] Vital = ["xenstored", "xenconsoled"];
    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(5);

    internal static IEnumerable<Finding> Look(HostFiles files) =>
        [.. Enabled(files), .. Runlevels(files), .. Toolstacks(files), .. Consoles(files)];

    static IEnumerable<Finding> Enabled(HostFiles files)
    {
        bool isSystemd = files.IsFolder("/run/systemd/system"), isOpenRc = files.IsFolder("/etc/runlevels");
        if (!isSystemd && !isOpenRc)
            yield break;
        bool hasDebians = HasDebians(files);
        string[] needed =
        [
            .. Vital, .. isSystemd ? (string[])["xen-init-dom0"] : [], .. StartedGuests.Of(files).Count > 0 ? (string[])["xendomains"] : [],
        ];
        string[] missing =
        [
            .. from service in needed
               where !(hasDebians && service != "xendomains") && IsInstalled(files, service, isSystemd)
               where !(isSystemd ? IsEnabledUnit(files, service + ".service") : IsInRunlevel(files, service))
               select service,
        ];
        if (missing.Length > 0)
            yield return new(Severity.Warning, "services",
                $"{Listed(missing)} {(missing.Length == 1 ? "does" : "do")} not start with the host",
                isSystemd ? "systemctl enable " + string.Join(' ', missing)
                    : string.Join("; ", missing.Select(service => $"rc-update add {service} default")),
                isSystemd ? OwnService.OwnUnits[0] : "/etc/runlevels");
        if (isSystemd && hasDebians && IsEnabledUnit(files, "xenstored.service"))
            yield return new(Severity.Error, "services", "two services would start a xenstored: xen and xenstored", "systemctl disable xen",
                "/etc/rc?.d, " + OwnService.OwnUnits[0]);
        if (!isSystemd && IsInRunlevel(files, "xen") && IsInRunlevel(files, "xenstored"))
            yield return new(Severity.Error, "services", "two services would start a xenstored: xen and xenstored", "rc-update del xen",
                "/etc/runlevels");
    }

    // A service is in a runlevel, but not in the one that this host has booted into.
    static IEnumerable<Finding> Runlevels(HostFiles files)
    {
        if (!files.IsOnXen || files.IsFolder("/run/systemd/system"))
            yield break;
        string booted = HostFiles.Option(files.Read("/proc/cmdline"), "softlevel=") ?? "default";
        var levels = Stacked(files, booted);
        var elsewhere = from service in Vital
                        let its = files.List("/etc/runlevels").Where(level => files.List(level, service).Count > 0)
                            .Select(level => Path.GetFileName(level)!).ToList()
                        where files.IsFolder("/etc/runlevels/" + booted) && its.Count > 0 && !its.Exists(levels.Contains)
                        group service by its[0];
        foreach (var level in elsewhere)
            yield return new(Severity.Warning, "services",
                $"{Listed([.. level])} {(level.Count() == 1 ? "is" : "are")} in runlevel {level.Key},"
                + $" and this host has booted into {booted}",
                $"boot Xen with softlevel={level.Key} (GRUB_CMDLINE_LINUX_XEN_REPLACE_DEFAULT=\"softlevel={level.Key}\" in"
                + " /etc/default/grub),"
                + $" or rc-update add SERVICE {booted} for each",
                "/proc/cmdline, /etc/runlevels");
    }

    // "a, b and c"
    internal static string Listed(string[] names) => names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";

    // A runlevel and the runlevels stacked onto it, which are folders in its own folder.
    static HashSet<string> Stacked(HostFiles files, string level)
    {
        HashSet<string> found = [level];
        for (var left = new Queue<string>(found); left.TryDequeue(out string? next);)
            foreach (string below in files.List("/etc/runlevels/" + next).Where(files.IsFolder).Select(path => Path.GetFileName(path)!)
                .Where(found.Add))
                left.Enqueue(below);
        return found;
    }

    // Two toolstacks would start the same guests, each in its own way.
    static IEnumerable<Finding> Toolstacks(HostFiles files)
    {
        bool HasService(string name) =>
            IsEnabledUnit(files, name + ".service") || IsEnabledUnit(files, name + ".socket") || IsInRunlevel(files, name);
        if (!HasService("xendomains"))
            yield break;
        // XAPI and Qubes OS own their hosts, so nothing of theirs may be switched off.
        if (new[] { "xapi", "qubesd", "qubes-core" }.FirstOrDefault(HasService) is { } owner)
        {
            yield return new(Severity.Warning, "toolstacks", $"{owner} and xendomains both start and stop guests with the host",
                Off("xendomains"), Place(owner));
            yield break;
        }
        const string LibvirtGuests = "libvirt-guests";
        if (HasService(LibvirtGuests))
            yield return new(Severity.Warning, "toolstacks", $"{LibvirtGuests} and xendomains both start and stop guests with the host",
                $"{Off(LibvirtGuests)} if xendomains is to start the guests, else {Off("xendomains")}", Place(LibvirtGuests));
        // Both units of libvirt conflict with those of xendomains, and a client of libvirt starts them by their sockets.
        if (new[] { "libvirtd", "virtxend" }.FirstOrDefault(HasService) is { } daemon)
            yield return new(Severity.Warning, "toolstacks",
                IsInRunlevel(files, daemon)
                    ? $"{daemon} and xendomains may both start, save and shut down the same guests, and nothing keeps them apart"
                    : $"{daemon} and xendomains exclude each other: when {daemon} starts, also by its socket, systemd stops xendomains,"
                    + " and with it the guests",
                IsInRunlevel(files, daemon)
                    ? $"{Off(daemon)} if xendomains is to start the guests, else {Off("xendomains")}"
                    : $"systemctl disable {daemon}.service {daemon}.socket {daemon}-ro.socket {daemon}-admin.socket"
                        + $" if xendomains is to start the guests, else {Off("xendomains")}",
                Place(daemon));
        string Off(string service) => IsInRunlevel(files, service) ? $"rc-update -a del {service}" : $"systemctl disable {service}";
        string Place(string service) => IsInRunlevel(files, service) ? "/etc/runlevels" : OwnService.OwnUnits[0];
    }

    static IEnumerable<Finding> Consoles(HostFiles files)
    {
        if (files is not { IsThisHost: true, IsDom0: true })
            yield break;
        if (!ConsoleDaemonCheck.Runs)
            yield return new(Severity.Error, "console",
                "no xenconsoled runs: no guest can be made, and those that run stand still once 2 KiB of their output are not taken",
                "start xenconsoled", "/proc");
        else if (ConsoleDaemonCheck.FaultAsync(ForAnswer).GetAwaiter().GetResult() is { } fault)
            yield return new(Severity.Error, "console",
                $"xenconsoled does not answer ({fault}): guests stand still once 2 KiB of their output are not taken",
                "restart xenconsoled, which no guest notices", "xenconsoled status");
    }

    // Debian's own script starts both. A unit of that name that does not run this script belongs to another package, such as ours.
    internal static bool HasDebians(HostFiles files) =>
        files.IsFolder("/run/systemd/system") ? IsEnabledUnit(files, "xen.service", "xen") && RunsScript(files, "xen")
            : IsInRunlevel(files, "xen");

    static bool IsInstalled(HostFiles files, string service, bool isSystemd) =>
        isSystemd ? OwnService.SystemUnits.Concat(OwnService.OwnUnits).Any(folder => files.Exists($"{folder}/{service}.service"))
            : files.Exists($"/etc/init.d/{service}");

    static bool RunsScript(HostFiles files, string name) =>
        OwnService.Unit(files, name)?.Contains("/etc/init.d/" + name, StringComparison.Ordinal) ?? true;

    static bool IsEnabledUnit(HostFiles files, string unit, string? script = null) =>
        !OwnService.IsMasked(files, unit)
            && (OwnService.OwnUnits.Any(folder => files.List(folder, "*.wants").Any(wants => files.List(wants, unit).Count > 0))
        || script is not null && files.List("/etc", "rc?.d").Any(runlevel => files.List(runlevel, "S??" + script).Count > 0));

    static bool IsInRunlevel(HostFiles files, string service) =>
        files.List("/etc/runlevels").Any(runlevel => files.List(runlevel, service).Count > 0);
}
