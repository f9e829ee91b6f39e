using System.IO.Compression;
using System.Text;
using Xen.Hypervisor.Choice;
using XenCommons.Check;
using XenCommons.Findings;
using XenCommons.Host;

namespace XenCommons.Tests;

/// <summary>A host made of a folder, good as it is; a test breaks it in one way.</summary>
sealed class HostFolder : IDisposable
{
    internal static readonly string[] Options =
    [
        "64BIT", "HYPERVISOR_GUEST", "PARAVIRT", "PARAVIRT_SPINLOCKS", "ACPI", "XEN", "XEN_DOM0", "XEN_PV", "XEN_BACKEND",
        "XEN_DEV_EVTCHN", "XENFS", "XEN_COMPAT_XENFS", "XEN_PRIVCMD", "XEN_GNTDEV", "XEN_SYS_HYPERVISOR", "HVC_XEN",
        "XEN_BLKDEV_BACKEND", "XEN_NETDEV_BACKEND", "BRIDGE", "BRIDGE_NETFILTER", "TUN", "XEN_BALLOON", "XEN_SCRUB_PAGES_DEFAULT",
        "DEVTMPFS", "DEVTMPFS_MOUNT",
        "XEN_PCIDEV_BACKEND", "XEN_GRANT_DEV_ALLOC", "XEN_ACPI_PROCESSOR", "XEN_MCE_LOG", "XEN_WDT", "XEN_PVH",
        "XEN_BLKDEV_FRONTEND", "XEN_SCSI_BACKEND", "XEN_UNPOPULATED_ALLOC", "XEN_BALLOON_MEMORY_HOTPLUG", "NETFILTER_ADVANCED", "XEN_512GB",
    ];

    readonly TempFolder folder = new();

    internal HostFolder()
    {
        Write("/proc/sys/kernel/osrelease", "6.1.0-test\n");
        Configure(Options);
        Write("/proc/cmdline", "root=/dev/sda1 console=hvc0 softlevel=xen\n");
        Write("/proc/cpuinfo", "flags : fpu svm\n");
        Write("/proc/xen/capabilities", "control_d\n");
        Write("/sys/hypervisor/type", "xen\n");
        foreach (string device in (string[])["evtchn", "gntdev", "privcmd", "xenbus_backend"])
            Write("/dev/xen/" + device, "");
        Write("/boot/xen-4.22-amd64.gz", "");
        Write("/boot/grub/grub.cfg",
            "menuentry 'Xen' {\n\tmultiboot2\t/boot/xen-4.22-amd64.gz placeholder\n\tmodule2 /boot/vmlinuz softlevel=xen\n}\n");
        Write("/usr/lib/x86_64-linux-gnu/libxenctrl.so.4.22.0", "");
        Write("/etc/xen/xl.conf", "autoballoon=\"auto\"\n");
        Write("/etc/inittab", "x0:2345:respawn:/sbin/agetty 115200 hvc0 linux\n");
        foreach (string service in (string[])["xenstored", "xenconsoled", "xendomains"])
        {
            Write("/etc/init.d/" + service, "command=/usr/sbin/xencommons\n");
            Write("/etc/runlevels/xen/" + service, "");
        }
        Write("/etc/xen/auto/web", "name = \"web\"\nvif = ['mac=00:16:3e:00:00:01,bridge=xenbr0']\n# vif = ['bridge=other']\n");
        Write("/sys/class/net/xenbr0/bridge/stp_state", "0\n");
        Write("/sys/class/net/xenbr0/bridge/forward_delay", "0\n");
        Write("/sys/class/net/xenbr0/brif/eth0", "");
        Write("/hv/commandline", "dom0_mem=1G,max:1G console=com1");
    }

    internal HostFiles Files => new(folder.Path);

    internal void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    internal void Remove(string path)
    {
        if (Directory.Exists(At(path)))
            Directory.Delete(At(path), recursive: true);
        else
            File.Delete(At(path));
    }

    /// <summary>The running kernel was built with these.</summary>
    internal void Configure(IEnumerable<string> options)
    {
        Directory.CreateDirectory(At("/proc"));
        using var packed = new GZipStream(File.Create(At("/proc/config.gz")), CompressionLevel.Fastest);
        packed.Write(Encoding.ASCII.GetBytes("# Linux\n# CONFIG_SOMETHING is not set\n"
            + string.Concat(options.Select((option, number) => $"CONFIG_{option}={(number % 2 == 0 ? "y" : "m")}\n"))));
    }

    internal void ConfigureWithout(string option) => Configure(Options.Where(one => one != option));

    /// <summary>The hypervisor is of a version of 4.21 and has the security module Flask.</summary>
    internal void RunFlask(string version, string options)
    {
        Write("/hv/version", version);
        Write("/hv/commandline", "dom0_mem=1G,max:1G " + options);
        Remove("/boot/xen-4.22-amd64.gz");
        Write("/boot/xen-4.21-amd64.gz", "");
        Remove("/usr/lib/x86_64-linux-gnu");
    }

    /// <summary>Everything that is found, but remarks.</summary>
    internal List<Finding> Found() => [.. Everything().Where(finding => finding.Severity != Severity.Remark)];

    internal List<Finding> Everything() =>
    [
        .. Doctor.Look(Files, null),
        .. Files.IsDom0 ? XenChecks.Look(Files, HypervisorChoice.OpenInquiry("simulated:" + At("/hv"))) : [],
    ];

    internal string At(string path) => folder.Path + path;

    public void Dispose() => folder.Dispose();
}
