namespace XenCommons.Tests;

/// <summary>Ways in which a host is another one than <see cref="HostFolder"/> and good all the same, by their names.</summary>
static class UnusualHost
{
    internal static readonly Dictionary<string, Action<HostFolder>> Ways = new()
    {
        ["Debian's kernel mounts /dev from the initramfs"] = host => host.ConfigureWithout("DEVTMPFS_MOUNT"),
        ["Debian's own script starts both daemons"] = host =>
        {
            host.Remove("/etc/runlevels");
            host.Write("/run/systemd/system/x", "");
            host.Write("/usr/lib/systemd/system/xenstored.service", "");
            host.Write("/etc/rc2.d/S01xen", "");
        },
        ["Debian's own script is switched off by a package"] = host =>
        {
            host.Remove("/etc/runlevels");
            host.Write("/run/systemd/system/x", "");
            foreach (string service in (string[])["xenstored", "xenconsoled"])
            {
                host.Write($"/usr/lib/systemd/system/{service}.service", "");
                host.Write($"/etc/systemd/system/multi-user.target.wants/{service}.service", "");
            }
            host.Write("/etc/rc2.d/S01xen", "");
            File.CreateSymbolicLink(host.At("/usr/lib/systemd/system/xen.service"), "/dev/null");
        },
        ["a name that is masked"] = host =>
        {
            host.Write("/usr/lib/modules-load.d/xen.conf", "netbk\n");
            Directory.CreateDirectory(host.At("/etc/modules-load.d"));
            File.CreateSymbolicLink(host.At("/etc/modules-load.d/xen.conf"), "/dev/null");
        },
        ["two names of one file"] = host =>
        {
            host.Write("/etc/modules", "xen-evtchn\n");
            Directory.CreateDirectory(host.At("/etc/modules-load.d"));
            File.CreateSymbolicLink(host.At("/etc/modules-load.d/modules.conf"), "../modules");
        },
        ["a bridge of Open vSwitch"] = host =>
            host.Write("/etc/xen/auto/web", "name = \"web\"\nvif = ['script=vif-openvswitch,bridge=ovsbr0.10:20']\n"),
        ["a bridge without spanning tree delays nobody"] = host => host.Write("/sys/class/net/xenbr0/bridge/forward_delay", "1500\n"),
        ["a hypervisor from the ESP"] = host =>
        {
            host.Remove("/boot/xen-4.22-amd64.gz");
            host.Write("/boot/.keep", "");
        },
        ["nothing of ours is installed"] = host =>
        {
            host.Remove("/etc/runlevels");
            host.Write("/run/systemd/system/x", "");
        },
        ["dom0_mem in two parts, as Qubes writes it"] = host => host.Write("/hv/commandline", "dom0_mem=min:1024M dom0_mem=max:4096M"),
        ["dom0_mem twice: what comes later counts"] = host =>
            host.Write("/hv/commandline", "dom0_mem=8G,max:16G console=com1 dom0_mem=2G,max:2G"),
        ["domain ids run out where they are used again"] = host => host.Write("/hv/ring.32736", ""),
        ["Xen 4.21.0 with Flask switched off"] = host => host.RunFlask("4.21.0", "flask=disabled"),
        ["Xen 4.21.1 with Flask"] = host => host.RunFlask("4.21.1", "xsm=flask flask=enforcing"),
        ["Debian's settings, which ours has as well"] = host =>
        {
            host.Write("/etc/default/xen", "XENSTORED_ARGS=\"--quota 5\"\n");
            host.Write("/etc/conf.d/xencommons", "XENSTORED_ARGS='--quota 5' # as before\n");
        },
        ["Debian's settings without arguments"] = host =>
            host.Write("/etc/default/xen", "# XENSTORED_ARGS=\"--quota 5\"\nXENCONSOLED_ARGS=\"\"\nTOOLSTACK=xl\n"),
        ["Debian's settings, which Debian's script reads"] = host =>
        {
            host.Write("/etc/default/xen", "XENSTORED_ARGS=\"--quota 5\"\n");
            foreach (string service in (string[])["xenstored", "xenconsoled"])
                host.Remove("/etc/runlevels/xen/" + service);
            host.Write("/etc/runlevels/xen/xen", "");
        },
        ["libvirt's daemon for Xen without xendomains"] = host =>
        {
            host.Remove("/etc/runlevels/xen/xendomains");
            host.Remove("/etc/xen/auto");
            host.Write("/etc/runlevels/xen/virtxend", "");
        },
        ["openSUSE's kernel calls netback otherwise"] = host =>
        {
            host.Write("/lib/modules/6.1.0-test/modules.dep",
                "kernel/drivers/block/xen-blkback/xen-blkback.ko.xz:\nkernel/drivers/net/netbk.ko:\n");
            host.Write("/lib/modules/6.1.0-test/modules.alias", "alias xen-backend:vbd xen_blkback\nalias xen-backend:vif netbk\n");
        },
        ["a built-in blkback that only its alias names"] = host =>
        {
            host.Write("/lib/modules/6.1.0-test/modules.dep", "kernel/drivers/net/xen-netback/xen-netback.ko:\n");
            host.Write("/lib/modules/6.1.0-test/modules.builtin", "kernel/drivers/block/blkbk2.ko\n");
            host.Write("/lib/modules/6.1.0-test/modules.builtin.modinfo", "blkbk2.license=GPL\0blkbk2.alias=xen-backend:vbd\0");
        },
        ["no entry of the boot loader, and a xen.efi that the firmware may have started"] = host =>
        {
            BrokenHost.Break(host, "no entry of the boot loader");
            host.Write("/boot/efi/EFI/xen/xen.efi", "");
        },
        ["an xen.gz that says no version"] = host =>
        {
            host.Remove("/boot/xen-4.22-amd64.gz");
            host.Write("/boot/xen.gz", "");
        },
    };
}
