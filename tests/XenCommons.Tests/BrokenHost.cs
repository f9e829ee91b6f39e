namespace XenCommons.Tests;

/// <summary>Ways to break a good host, each in one place, by their names.</summary>
static class BrokenHost
{
    static readonly Dictionary<string, Action<HostFolder>> Ways = new()
    {
        ["no evtchn in the kernel"] = host => host.ConfigureWithout("XEN_DEV_EVTCHN"),
        ["no bridges in the kernel"] = host => host.ConfigureWithout("BRIDGE"),
        ["a 32-bit kernel"] = host => host.ConfigureWithout("64BIT"),
        ["no device"] = host => host.Remove("/dev/xen/gntdev"),
        ["a guest"] = host => host.Write("/proc/xen/capabilities", "\n"),
        ["xenfs is not mounted"] = host =>
        {
            host.Remove("/proc/xen/capabilities");
            host.Remove("/dev/xen/xenbus_backend");
        },
        ["xenfs is not mounted although it is a dom0"] = host => host.Remove("/proc/xen/capabilities"),
        ["a default without Xen"] = host =>
            host.Write("/boot/grub/grub.cfg", "menuentry 'Linux' {\n\tlinux /boot/vmlinuz\n}\n"
                + "menuentry 'Xen' {\n\tmultiboot2 /boot/xen-4.22-amd64.gz\n}\n"),
        ["another Xen in /boot"] = host =>
        {
            host.Remove("/boot/xen-4.22-amd64.gz");
            host.Write("/boot/xen-4.30-amd64.gz", "");
        },
        ["no modules"] = host => host.Write("/lib/modules/6.0.0-other/modules.dep", ""),
        ["no netback"] = host => host.Write("/lib/modules/6.1.0-test/modules.dep", "kernel/drivers/block/xen-blkback/xen-blkback.ko.xz:\n"),
        ["guests that do not start with the host"] = host => host.Remove("/etc/runlevels/xen/xendomains"),
        ["libvirt beside it"] = host => host.Write("/etc/runlevels/default/libvirtd", ""),
        ["no default bridge"] = host =>
        {
            host.Write("/etc/xen/xl.conf", "vif.default.bridge=\"br7\"\n");
            host.Write("/etc/xen/auto/web", "name = 'web'\nvif = [ 'mac=00:16:3e:00:00:01', 'bridge=xenbr0' ]\n");
        },
        ["booted without Xen"] = host =>
        {
            host.Remove("/proc/xen");
            host.Remove("/sys/hypervisor");
            host.Remove("/dev/xen");
        },
        ["a kernel without /proc/xen"] = host => host.ConfigureWithout("XEN_COMPAT_XENFS"),
        ["no entry of the boot loader"] = host =>
            host.Write("/boot/grub/grub.cfg", "menuentry 'Linux' {\n\tlinux /boot/vmlinuz softlevel=xen\n}\n"),
        ["a runlevel that is not there"] = host =>
        {
            host.Remove("/etc/runlevels/xen");
            foreach (string service in (string[])["xenstored", "xenconsoled", "xendomains"])
                host.Write("/etc/runlevels/default/" + service, "");
        },
        ["another runlevel"] = host =>
        {
            host.Write("/etc/runlevels/default/xenconsoled", "");
            host.Write("/proc/cmdline", "root=/dev/sda1 console=hvc0\n");
        },
        ["tools of another version"] = host =>
        {
            host.Remove("/usr/lib/x86_64-linux-gnu/libxenctrl.so.4.22.0");
            host.Write("/usr/lib/x86_64-linux-gnu/libxenctrl.so.4.17", "");
        },
        ["no dom0_mem"] = host => host.Write("/hv/commandline", "console=com1"),
        ["dom0_mem without max"] = host => host.Write("/hv/commandline", "dom0_mem=1G"),
        ["autoballoon"] = host => host.Write("/etc/xen/xl.conf", "#autoballoon=\"off\"\nautoballoon = \"on\"\n"),
        ["few grant frames"] = host => host.Write("/hv/commandline", "dom0_mem=1G,max:1G gnttab_max_frames=16"),
        ["a dead module name"] = host => host.Write("/etc/modules-load.d/xen.conf", "xen-evtchn\n# blkbk\nnetbk\n"),
        ["a state that the store set aside"] = host =>
        {
            host.Write("/run/xenstored/socket.store", ""); // that of the store that runs
            host.Write("/run/xenstored/socket.store.aside-20270103-040506", "");
        },
        ["two states that the store set aside"] = host =>
        {
            host.Write("/run/xenstored/socket.store.aside-20270103-040506", "");
            host.Write("/run/xenstored/socket.store.aside-20270104-000000", "");
        },
        ["no store at boot"] = host => host.Remove("/etc/runlevels/xen/xenstored"),
        ["two stores at boot"] = host => host.Write("/etc/runlevels/default/xen", ""),
        ["two toolstacks"] = host => host.Write("/etc/runlevels/default/libvirt-guests", ""),
        ["no bridge"] = host => host.Remove("/sys/class/net/xenbr0"),
        ["a bridge that is none"] = host => host.Remove("/sys/class/net/xenbr0/bridge"),
        ["no login on hvc0"] = host =>
            host.Write("/etc/inittab", "c1:2345:respawn:/sbin/agetty tty1\n# x0:2345:respawn:/sbin/agetty hvc0\n"),
        ["a kernel without Xen"] = host =>
            host.Configure(["64BIT", "HYPERVISOR_GUEST", "PARAVIRT", "PARAVIRT_SPINLOCKS", "ACPI", "BRIDGE", "TUN", "DEVTMPFS"]),
        ["a kernel for no hypervisor"] = host => host.Configure(["64BIT", "ACPI", "BRIDGE", "TUN", "DEVTMPFS"]),
        ["a kernel without gntdev, and so without its device"] = host =>
        {
            host.ConfigureWithout("XEN_GNTDEV");
            host.Remove("/dev/xen/gntdev");
        },
        ["a kernel without netback, and so without its module"] = host =>
        {
            host.ConfigureWithout("XEN_NETDEV_BACKEND");
            host.Write("/lib/modules/6.1.0-test/modules.dep", "kernel/drivers/block/xen-blkback/xen-blkback.ko.xz:\n");
        },
        ["a kernel without xenfs, and so without its file"] = host =>
        {
            host.Configure(HostFolder.Options.Except(["XENFS", "XEN_COMPAT_XENFS"]));
            host.Remove("/proc/xen/capabilities");
        },
        ["no devices at all"] = host =>
        {
            foreach (string device in (string[])["evtchn", "gntdev", "privcmd"])
                host.Remove("/dev/xen/" + device);
        },
        ["a guest without xenfs"] = host =>
        {
            host.Remove("/proc/xen/capabilities");
            host.Remove("/dev/xen");
            host.Write("/sys/hypervisor/properties/features", "00000305\n");
        },
        ["a guest with nothing else of a host"] = host =>
        {
            foreach (string path in (string[])["/proc/xen", "/dev/xen", "/boot", "/etc", "/usr", "/sys/class"])
                host.Remove(path);
            host.Configure(["64BIT", "HYPERVISOR_GUEST", "PARAVIRT", "ACPI", "XEN", "XEN_PVH"]);
            host.Write("/boot/grub/grub.cfg", "menuentry 'Linux' {\n\tlinux /boot/vmlinuz\n}\n");
            host.Write("/boot/xen-4.17-amd64.gz", "");
            host.Write("/sys/hypervisor/properties/features", "000001c5\n");
        },
        ["booted without Xen, as the boot loader has it"] = host =>
        {
            Break(host, "booted without Xen");
            Break(host, "a default without Xen");
        },
        ["booted without Xen, which has no entry"] = host =>
        {
            Break(host, "booted without Xen");
            Break(host, "no entry of the boot loader");
        },
        ["no service at boot"] = host =>
        {
            foreach (string service in (string[])["xenstored", "xenconsoled", "xendomains"])
                host.Remove("/etc/runlevels/xen/" + service);
        },
        ["another runlevel for both"] = host =>
        {
            host.Write("/proc/cmdline", "root=/dev/sda1 console=hvc0\n");
            host.Write("/etc/runlevels/default/x", "");
        },
        ["libvirt's daemon for Xen beside it"] = host => host.Write("/etc/runlevels/default/virtxend", ""),
        ["libvirt's daemon for Xen beside it, by its socket"] = host =>
            host.Write("/etc/systemd/system/sockets.target.wants/virtxend.socket", ""),
        ["Xen 4.21.0 with Flask"] = host => host.RunFlask("4.21.0", "xsm=flask"),
        ["dom0_mem in parts without a greatest size"] = host => host.Write("/hv/commandline", "dom0_mem=min:1G console=com1 dom0_mem=2G"),
        ["Debian's settings"] = host =>
            host.Write("/etc/default/xen", "XENSTORED_ARGS=\"--quota 5\"\n  export XENCONSOLED_ARGS=--log=all\n"),
        ["Debian's settings, of which ours has one"] = host =>
        {
            Break(host, "Debian's settings");
            host.Write("/etc/conf.d/xencommons", "XENSTORED_ARGS=\"--quota 5\"\n#XENCONSOLED_ARGS=--log=all\n");
        },
        ["Qubes's domain ids run out"] = host =>
        {
            host.Write("/etc/qubes-release", "Qubes release 4.2\n");
            host.Write("/hv/ring.32736", "");
            host.Write("/hv/dead.3", "");
        },
    };

    internal static void Break(HostFolder host, string way) => Ways[way](host);
}
