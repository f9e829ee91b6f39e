namespace XenCommons.Check;

/// <summary>The options with which dom0's kernel was built, against what a dom0 needs.</summary>
static class KernelOptions
{
    const string Topic = "kernel-options";

    /// <summary>An option that a dom0 needs or should have.</summary>
    /// <param name="Without">What happens without it.</param>
    sealed record Wanted(string Name, Severity Severity, string Without, params string[] OrElse);

    static readonly Wanted[] All =
    [
        new("HYPERVISOR_GUEST", Severity.Error, "the kernel cannot run on a hypervisor"),
        new("PARAVIRT", Severity.Error, "the kernel cannot run on Xen"),
        new("ACPI", Severity.Error, "the options of a dom0 are hidden"),
        new("XEN", Severity.Error, "the kernel cannot run on Xen"),
        new("XEN_DOM0", Severity.Error, "the kernel can be a guest only", "XEN_PV_DOM0", "XEN_PRIVILEGED_GUEST"),
        new("XEN_PV", Severity.Warning, "the kernel can be a PVH dom0 only (dom0=pvh)"),
        new("XEN_BACKEND", Severity.Error, "guests get no devices"),
        new("XEN_DEV_EVTCHN", Severity.Error, "xenstored and xenconsoled cannot start"),
        new("XENFS", Severity.Error, "nothing knows that this is a dom0"),
        new("XEN_PRIVCMD", Severity.Error, "no program can call the hypervisor"),
        new("XEN_GNTDEV", Severity.Error, "xenstored and xenconsoled cannot reach guests"),
        new("XEN_SYS_HYPERVISOR", Severity.Error, "/sys/hypervisor is empty, by which Xen is recognised"),
        new("HVC_XEN", Severity.Error, "dom0 has no console on Xen's"),
        new("XEN_BLKDEV_BACKEND", Severity.Error, "guests get no disks but by QEMU"),
        new("XEN_NETDEV_BACKEND", Severity.Error, "guests get no network"),
        new("BRIDGE", Severity.Warning, "guests cannot be put on a bridge"),
        new("TUN", Severity.Warning, "HVM guests get no emulated network"),
        new("XEN_BALLOON", Severity.Error, "dom0's memory cannot be changed, and backends have no pages to map guests in"),
        new("XEN_SCRUB_PAGES_DEFAULT", Severity.Warning, "what dom0 had in its memory may be read by guests", "XEN_SCRUB_PAGES"),
        new("DEVTMPFS", Severity.Error, "/dev/xen has no devices"),
        new("DEVTMPFS_MOUNT", Severity.Remark, "/dev is empty until the initramfs or the init system mounts it"),
        new("XEN_COMPAT_XENFS", Severity.Error, "there is no /proc/xen, by which services and tools know a dom0"),
        new("PARAVIRT_SPINLOCKS", Severity.Remark, "a busy host with more virtual than physical CPUs is slower"),
        new("BRIDGE_NETFILTER", Severity.Remark, "traffic of guests on bridges cannot be filtered by iptables"),
        new("XEN_PCIDEV_BACKEND", Severity.Remark, "PCI devices cannot be given to guests"),
        new("XEN_GRANT_DEV_ALLOC", Severity.Remark, "domains cannot share memory by libxenvchan"),
        new("XEN_ACPI_PROCESSOR", Severity.Remark, "the hypervisor does not know the processor's power states"),
        new("XEN_MCE_LOG", Severity.Remark, "faults of the machine that the hypervisor sees are not logged in dom0"),
        new("XEN_PVH", Severity.Remark, "the kernel can be no PVH guest, nor a PVH dom0", "PVH"),
        new("XEN_BLKDEV_FRONTEND", Severity.Remark, "`xl block-attach 0` and boot loaders that read guests' images in dom0 find no disk"),
        new("XEN_SCSI_BACKEND", Severity.Remark, "SCSI devices cannot be given to guests"),
        new("XEN_UNPOPULATED_ALLOC", Severity.Remark, "backends take dom0's own memory to map guests in"),
        new("XEN_BALLOON_MEMORY_HOTPLUG", Severity.Remark, "dom0 cannot grow beyond the memory that it was booted with"),
        new("NETFILTER_ADVANCED", Severity.Remark, "BRIDGE_NETFILTER cannot be chosen"),
        new("XEN_512GB", Severity.Remark, "a PV dom0 sees at most 512 GB of memory"),
        new("XEN_WDT", Severity.Remark, "systemd's RuntimeWatchdogSec= has no timer of Xen's"),
    ];

    /// <summary>Looks at the configuration that is given, else at the running kernel's.</summary>
    internal static IEnumerable<Finding> Look(HostFiles files, string? config)
    {
        var (text, source) = Find(files, config);
        if (text is null)
        {
            yield return config is null
                ? new(Severity.Remark, Topic, $"the configuration of kernel {files.Release} was not found", "look at one by --config FILE", source)
                : new(Severity.Error, Topic, $"{config} cannot be read", "name a kernel's configuration; one that is packed ends in .gz", source);
            yield break;
        }
        var set = Parse(text);
        foreach (var wanted in All.Where(wanted => !set.Contains(wanted.Name) && !wanted.OrElse.Any(set.Contains)))
            yield return new(wanted.Severity, Topic, $"the kernel was built without CONFIG_{wanted.Name}: {wanted.Without}", $"build it with CONFIG_{wanted.Name}", source);
        if (!set.Contains("64BIT"))
            yield return new(Severity.Error, Topic, "the kernel is a 32-bit one, and Linux cannot be a 32-bit dom0 any more", "install a 64-bit system", source);
    }

    static (string? Text, string Source) Find(HostFiles files, string? config)
    {
        if (config is not null)
            return (new HostFiles("/").Read(Path.GetFullPath(config)), config);
        string release = files.Release;
        string[] places = ["/proc/config.gz", $"/boot/config-{release}", $"/lib/modules/{release}/config", .. files.List("/etc/kernels", $"kernel-config-*{release}*")];
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
