using XenCommons.Findings;
using XenCommons.Host;
using XenCommons.Start;

namespace XenCommons.Check;

/// <summary>Checks devices, modules and the processor, as dom0's kernel shows them.</summary>
static class HostChecks
{
    static readonly (string Device, string Option)[] Devices =
        [("evtchn", "XEN_DEV_EVTCHN"), ("gntdev", "XEN_GNTDEV"), ("privcmd", "XEN_PRIVCMD")];
    static readonly (string Module, string Option, string Without)[] Served =
    [
        ("xen-blkback", "XEN_BLKDEV_BACKEND", "guests get disks only through QEMU"),
        ("xen-netback", "XEN_NETDEV_BACKEND", "guests get no network"),
    ];

    /// <summary>The only finding in a guest: nothing else applies there.</summary>
    internal static Finding OfGuest() =>
        new(Severity.Error, "dom0",
            "this is a guest of Xen's and no dom0: it needs none of a host's daemons, and its kernel may refuse them the hypervisor",
            "run it on the host", "/proc/xen/capabilities, /sys/hypervisor");

    /// <param name="files">The host's files.</param>
    /// <param name="isReported">
    /// Whether a finding already reports that the running kernel lacks an option. That is the cause then, and it is reported only once.
    /// </param>
    internal static IEnumerable<Finding> Look(HostFiles files, Func<string, bool> isReported)
    {
        if (!files.IsOnXen)
        {
            string cpus = files.Read("/proc/cpuinfo") ?? "";
            if (cpus.Length > 0 && !cpus.Split([' ', '\n', '\t']).Any(word => word is "vmx" or "svm"))
                yield return new(Severity.Warning, "cpu",
                    "the processor shows no hardware virtualisation: only PV guests will run, no HVM and no PVH",
                    "switch VT-x or AMD-V on in the firmware's setup", "/proc/cpuinfo");
        }
        else
        {
            bool hasFolder = files.IsFolder("/proc/xen") || !files.IsDom0;
            if (hasFolder && !files.Exists("/proc/xen/capabilities") && !isReported("XENFS") && !isReported("XEN_COMPAT_XENFS"))
                yield return new(Severity.Error, "dom0",
                    "xenfs is not mounted on /proc/xen" + (files.IsDom0 ? ": services and tools do not know that this is a dom0" : ""),
                    "xencommons start", "/proc/xen");
            foreach (var finding in files.IsDom0 ? MissingDevices(files, isReported).Concat(Backends(files, isReported)) : [])
                yield return finding;
        }
        foreach (var finding in DeadNames(files))
            yield return finding;
        if (HostFiles.Option(files.Read("/proc/cmdline"), "console=") is "hvc0" && files.Read("/etc/inittab") is { } inittab
            && !inittab.Split('\n').Any(line => !line.TrimStart().StartsWith('#') && line.Contains("hvc0", StringComparison.Ordinal)))
            yield return new(Severity.Warning, "console", "the kernel's console is hvc0, and nobody can log in there",
                "add to it: x0:2345:respawn:/sbin/agetty 115200 hvc0 linux", "/etc/inittab");
    }

    static IEnumerable<Finding> MissingDevices(HostFiles files, Func<string, bool> isReported)
    {
        string[] missing = [.. from one in Devices
                               where !files.Exists("/dev/xen/" + one.Device) && !isReported(one.Option)
                               select one.Device];
        if (missing.Length > 0)
            yield return new(Severity.Error, "devices",
                $"there is no {string.Join(", no ", missing.Select(device => "/dev/xen/" + device))}",
                $"xencommons start, or modprobe -a {string.Join(' ', missing.Select(device => "xen-" + device))}", "/dev/xen");
    }

    // Backends that are modules must fit the running kernel.
    static IEnumerable<Finding> Backends(HostFiles files, Func<string, bool> isReported)
    {
        string folder = $"/lib/modules/{files.Release}";
        if (!files.IsFolder("/lib/modules"))
            yield break;
        if (!files.IsFolder(folder))
        {
            yield return new(Severity.Error, "modules", $"there are no modules of the running kernel {files.Release}",
                "boot a kernel whose modules are installed, or install this one's", folder);
            yield break;
        }
        var kernel = new KernelModules(files);
        foreach (var (module, option, without) in Served)
            if (kernel.IsKnown && !kernel.Has(kernel.Today(module)) && !isReported(option))
                yield return new(Severity.Warning, "modules", $"the running kernel has no {module}: {without}",
                    "install all modules of the kernel", folder + "/modules.dep");
    }

    // systemd-modules-load fails for a name that no kernel has, and then systemd reports the system as degraded.
    static IEnumerable<Finding> DeadNames(HostFiles files)
    {
        string[] places = [.. files.List("/etc/modules-load.d", "*.conf"), .. files.List("/usr/lib/modules-load.d", "*.conf"),
            .. files.List("/run/modules-load.d", "*.conf"), "/etc/modules", "/etc/conf.d/modules", "/etc/conf.d/xencommons"];
        foreach (string place in places.Where(place => !files.IsMasked($"/etc/modules-load.d/{Path.GetFileName(place)}"))
            .DistinctBy(files.Real))
            foreach (string line in (files.Read(place) ?? "").Split('\n').Where(line => !line.TrimStart().StartsWith('#')))
                foreach (string word in line.Split([' ', '\t', '"', '\'', '='], StringSplitOptions.RemoveEmptyEntries))
                    if (Modules.Dead.TryGetValue(word, out string? today))
                        yield return new(Severity.Warning, "modules", $"{word} is a module that no kernel of today has",
                            today.Length > 0 ? $"write {today}, or remove it: xencommons loads what is needed" : "remove it", place);
    }
}
