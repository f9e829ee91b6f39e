namespace SystemTests;

/// <summary>`xencommons check` on a whole host that is really broken, in one way after another. `make test-hosts`.</summary>
[Trait("Category", "Host")]
public sealed class DoctorHostTests
{
    const string Auto = "/etc/xen/auto/web";

    // How it is broken, how it is mended, what is found: an error (2) or a warning (1).
    static readonly (string Break, string Mend, int Status, string Found)[] Breaks =
    [
        ("systemctl stop xenconsoled", "systemctl start xenconsoled", 2, "no xenconsoled runs: no guest can be made"),
        // Its keeper as well, which would start it again.
        ("systemctl kill -s STOP xenstored", "systemctl kill -s CONT xenstored", 2, "xenstored has not answered within"),
        ("mv /dev/xen/gntdev /dev/xen/gone", "mv /dev/xen/gone /dev/xen/gntdev", 2, "there is no /dev/xen/gntdev"),
        ("umount -l /proc/xen", "mount -t xenfs xenfs /proc/xen", 2, "xenfs is not mounted on /proc/xen"),
        ($"echo \"vif = ['bridge=xenbr7']\" >{Auto}", $"rm {Auto}", 2, "there is no bridge xenbr7, which a guest wants"),
        ($"echo \"vif = ['bridge=lo']\" >{Auto}", $"rm {Auto}", 2, "lo, which a guest wants for a bridge, is none"),
        ("cp /etc/xen/xl.conf /root; echo 'autoballoon=\"on\"' >>/etc/xen/xl.conf", "mv /root/xl.conf /etc/xen/xl.conf",
            1, "autoballoon is on, and dom0_mem is given"),
        ("systemctl disable xenstored", "systemctl enable xenstored", 1, "xenstored does not start with the host"),
        ("systemctl disable xenconsoled", "systemctl enable xenconsoled", 1, "xenconsoled does not start with the host"),
        ("echo netbk >/etc/modules-load.d/xen-old.conf", "rm /etc/modules-load.d/xen-old.conf",
            1, "netbk is a module that no kernel of today has"),
        ("mv /usr/lib/systemd/system/xen.service /root; systemctl daemon-reload",
            "mv /root/xen.service /usr/lib/systemd/system; systemctl daemon-reload",
            2, "two services would start a xenstored: xen and xenstored"),
        ("ln -s /dev/null /etc/systemd/system/multi-user.target.wants/xapi.service",
            "rm /etc/systemd/system/multi-user.target.wants/xapi.service",
            1, "xapi and xendomains both start and stop guests"),
        ("mkdir -p /etc/runlevels/default; echo 'GRUB_CMDLINE_LINUX_XEN_REPLACE_DEFAULT=\"softlevel=xen\"' >>/etc/default/grub",
            "rm -r /etc/runlevels /etc/default/grub",
            2, "softlevel=xen names a runlevel that is not there"),
        ("mkdir -p /boot/grub; echo 'linux /vmlinuz' >/boot/grub/grub.cfg", "rm -r /boot/grub", 2, "the boot loader has no entry for Xen"),
        ("cd /usr/lib/x86_64-linux-gnu; for library in libxenctrl.so.4.*; do mv $library /root; done; touch libxenctrl.so.4.99.0",
            "cd /usr/lib/x86_64-linux-gnu; rm libxenctrl.so.4.99.0; mv /root/libxenctrl.so.4.* .",
            2, "the tools are of Xen 4.99"),
        ("xenstore-rm /local/domain/0/name", "xenstore-write /local/domain/0/name Domain-0", 1, "domain 0 is not set up in the store"),
        ("systemctl stop xenstored", "systemctl start xenstored; systemctl restart xen-init-dom0", 2, "start xenstored"),
        ("touch /run/xenstored/socket.store.aside-20270103-040506", "rm /run/xenstored/socket.store.aside-20270103-040506",
            1, "could not use the state of an earlier process"),
    ];

    [Theory]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void Each_way_that_a_host_is_broken_is_found_and_named(string version)
    {
        using var host = SystemdHostTests.Installed(version, "mkdir -p /etc/xen/auto");
        var wrong = new List<string>();
        foreach (var (breaks, mend, status, found) in Breaks)
        {
            var good = host.Run("xencommons check");
            if (good.Status != 0 || !good.Text.Contains("0 errors, 0 warnings", StringComparison.Ordinal))
                wrong.Add($"before `{breaks}`: {good.Text}");
            var broken = host.Run($"({breaks}) >/dev/null 2>&1; xencommons check");
            if (broken.Status != status || !broken.Text.Contains(found, StringComparison.Ordinal))
                wrong.Add($"`{breaks}`: [{broken.Status}] {broken.Text}");
            host.Run($"({mend}) >&2");
        }
        // What the kernel was built with is read from a file as well: before it is booted.
        var kernel = host.Run("printf 'CONFIG_64BIT=y\\nCONFIG_XEN=y\\n# CONFIG_XEN_DEV_EVTCHN is not set\\n' >/root/config;"
            + " xencommons check --config=/root/config");
        if (kernel.Status != 2 || !kernel.Text.Contains("built without CONFIG_XEN_DEV_EVTCHN", StringComparison.Ordinal))
            wrong.Add(kernel.Text);
        Assert.Empty(wrong);
    }
}
