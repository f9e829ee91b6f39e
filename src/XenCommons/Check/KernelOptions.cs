using XenCommons.Findings;
using XenCommons.Host;

namespace XenCommons.Check;

/// <summary>Compares the options of dom0's kernel with those that a dom0 needs.</summary>
static class KernelOptions
{
    const string Topic = "kernel-options";

    /// <summary>An option that a dom0 needs or should have.</summary>
    /// <param name="Under">The option that this one depends on. If that is missing, it is the cause.</param>
    /// <param name="Without">What happens without the option.</param>
    sealed record Wanted(string Name, string? Under, Severity Severity, string Without, params string[] OrElse);

    static readonly Wanted[] All =
    [
        new("HYPERVISOR_GUEST", null, Severity.Error, "the kernel cannot run on a hypervisor"),
        new("PARAVIRT", "HYPERVISOR_GUEST", Severity.Error, "the kernel cannot run on Xen"),
        new("ACPI", null, Severity.Error, "the options of a dom0 are hidden"),
        new("XEN", "PARAVIRT", Severity.Error, "the kernel cannot run on Xen"),
        new("XEN_DOM0", "XEN", Severity.Error, "the kernel can be a guest only", "XEN_PV_DOM0", "XEN_PRIVILEGED_GUEST"),
        new("XEN_PV", "XEN", Severity.Warning, "the kernel can be a PVH dom0 only (dom0=pvh)"),
        new("XEN_BACKEND", "XEN", Severity.Error, "guests get no devices"),
        new("XEN_DEV_EVTCHN", "XEN", Severity.Error, "xenstored and xenconsoled cannot start"),
        new("XENFS", "XEN", Severity.Error, "nothing knows that this is a dom0"),
        new("XEN_PRIVCMD", "XEN", Severity.Error, "no program can call the hypervisor"),
        new("XEN_GNTDEV", "XEN", Severity.Error, "xenstored and xenconsoled cannot reach guests"),
        new("XEN_SYS_HYPERVISOR", "XEN", Severity.Error, "/sys/hypervisor is empty, by which Xen is recognised"),
        new("HVC_XEN", "XEN", Severity.Error, "dom0 has no console on Xen's"),
        new("XEN_BLKDEV_BACKEND", "XEN_BACKEND", Severity.Error, "guests get disks only through QEMU"),
        new("XEN_NETDEV_BACKEND", "XEN_BACKEND", Severity.Error, "guests get no network"),
        new("BRIDGE", null, Severity.Warning, "guests cannot be put on a bridge"),
        new("TUN", null, Severity.Warning, "HVM guests get no emulated network"),
        new("XEN_BALLOON", "XEN", Severity.Error, "dom0's memory cannot be changed, and backends have no pages to map guests in"),
        new("XEN_SCRUB_PAGES_DEFAULT", "XEN_BALLOON", Severity.Warning, "guests may read old content of dom0's memory", "XEN_SCRUB_PAGES"),
        new("DEVTMPFS", null, Severity.Error, "/dev/xen has no devices"),
        new("DEVTMPFS_MOUNT", "DEVTMPFS", Severity.Remark, "/dev is empty until the initramfs or the init system mounts it"),
        new("XEN_COMPAT_XENFS", "XENFS", Severity.Error, "there is no /proc/xen, by which services and tools know a dom0"),
        new("PARAVIRT_SPINLOCKS", "PARAVIRT", Severity.Remark, "a busy host with more virtual than physical CPUs is slower"),
        new("BRIDGE_NETFILTER", "BRIDGE", Severity.Remark, "traffic of guests on bridges cannot be filtered by iptables"),
        new("XEN_PCIDEV_BACKEND", "XEN_BACKEND", Severity.Remark, "PCI devices cannot be given to guests"),
        new("XEN_GRANT_DEV_ALLOC", "XEN", Severity.Remark, "domains cannot share memory by libxenvchan"),
        new("XEN_ACPI_PROCESSOR", "XEN_DOM0", Severity.Remark, "the hypervisor does not know the processor's power states"),
        new("XEN_MCE_LOG", "XEN_DOM0", Severity.Remark, "faults of the machine that the hypervisor sees are not logged in dom0"),
        new("XEN_PVH", "XEN", Severity.Remark, "the kernel can be no PVH guest, nor a PVH dom0", "PVH"),
        new("XEN_BLKDEV_FRONTEND", "XEN", Severity.Remark,
            "`xl block-attach 0` and boot loaders that read guests' images in dom0 find no disk"),
        new("XEN_SCSI_BACKEND", "XEN_BACKEND", Severity.Remark, "SCSI devices cannot be given to guests"),
        new("XEN_UNPOPULATED_ALLOC", "XEN", Severity.Remark, "backends take dom0's own memory to map guests in"),
        new("XEN_BALLOON_MEMORY_HOTPLUG", "XEN_BALLOON", Severity.Remark, "dom0 cannot grow beyond the memory that it was booted with"),
        new("NETFILTER_ADVANCED", null, Severity.Remark, "BRIDGE_NETFILTER cannot be chosen"),
        new("XEN_512GB", "XEN_PV", Severity.Remark, "a PV dom0 sees at most 512 GB of memory"),
        new("XEN_WDT", "XEN", Severity.Remark, "systemd's RuntimeWatchdogSec= has no timer of Xen's"),
    ];

    /// <summary>Checks the given configuration, or else the running kernel's.</summary>
    internal static IEnumerable<Finding> Look(HostFiles files, string? config)
    {
        var (text, source) = Find(files, config);
        if (text is null)
        {
            yield return config is null
                ? new(Severity.Remark, Topic, $"the configuration of kernel {files.Release} was not found", "look at one by --config FILE",
                    source)
                : new(Severity.Error, Topic, $"{config} cannot be read", "name a kernel's configuration; one that is packed ends in .gz",
                    source);
            yield break;
        }
        var set = Parse(text);
        var lacking = All.Where(wanted => IsLacking(wanted, set)).ToDictionary(wanted => wanted.Name);
        foreach (var wanted in lacking.Values.Where(wanted => wanted.Under is null || !lacking.ContainsKey(wanted.Under)))
        {
            string more = string.Join(", ", from other in lacking.Values
                                            where other.Severity != Severity.Remark && IsBelow(other, wanted.Name)
                                            select "CONFIG_" + other.Name);
            yield return new(wanted.Severity, Topic, $"the kernel was built without CONFIG_{wanted.Name}: {wanted.Without}",
                $"build it with CONFIG_{wanted.Name}" + (more.Length > 0 ? ", and with what that shows: " + more : ""), source);
        }
        if (!set.Contains("64BIT"))
            yield return new(Severity.Error, Topic, "the kernel is a 32-bit one, and Linux cannot be a 32-bit dom0 any more",
                "install a 64-bit system", source);
    }

    /// <summary>Whether the running kernel was built without an option. False if that is unknown.</summary>
    internal static bool IsLacking(HostFiles files, string option) =>
        Find(files, null).Text is { } text && Parse(text) is var set && IsLacking(All.First(wanted => wanted.Name == option), set);

    static bool IsLacking(Wanted wanted, HashSet<string> set) => !set.Contains(wanted.Name) && !wanted.OrElse.Any(set.Contains);

    static bool IsBelow(Wanted wanted, string name) =>
        wanted.Under is { } under && (under == name || IsBelow(All.First(other => other.Name == under), name));

    static (string? Text, string Source) Find(HostFiles files, string? config)
    {
        if (config is not null)
            return (new HostFiles("/").Read(Path.GetFullPath(config)), config);
        string release = files.Release;
        string[] places = ["/proc/config.gz", $"/boot/config-{release}", $"/lib/modules/{release}/config",
            .. files.List("/etc/kernels", $"kernel-config-*{release}*")];
        foreach (string place in places)
            if (files.Read(place) is { } text)
                return (text, place);
        return (null, string.Join(", ", places));
    }

    static HashSet<string> Parse(string text) =>
    [
        .. from line in text.Split('\n')
           where line.StartsWith("CONFIG_", StringComparison.Ordinal)
           let parts = line.TrimEnd('\r').Split('=', 2)
           where parts is [_, "y" or "m"]
           select parts[0]["CONFIG_".Length..],
    ];
}
