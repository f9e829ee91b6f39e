using System.Text;
using XenDomains.Toolstack;

namespace XenDomains.Tests.Toolstack;

/// <summary>
/// What xl's dry run tells of guests with driver domains, scripts, switches and devices of the host, as xl 4.17 wrote it.
/// </summary>
public sealed class GuestSetupTests
{
    // An xl wrote this whose xl.conf says nothing. Where xl.conf has vif.default.script, vif.default.backend or vif.default.bridge, xl
    // shows it in each network.
    const string Devices =
        """{"c_info": {"type": "hvm", "name": "app"}, "b_info": """
        + """{"max_memkb": 4194304, "target_memkb": 524288, "bootloader": "pygrub", "type.hvm": {}},""" + "\n"
        + """ "disks": ["""
        + """{"backend_domname": "storage", "pdev_path": "/dev/x", "vdev": "xvda", "format": "raw", "readwrite": 1}, """
        + """{"pdev_path": "/dev/made", "vdev": "xvdb", "format": "raw", "script": "block-own", "readwrite": 1},""" + "\n"
        + """   {"backend_domname": "0", "pdev_path": "/x", "vdev": "xvdc", "format": "raw", "readwrite": 1}, """
        + """{"pdev_path": "/dev/vg/a", "vdev": "xvdd", "format": "raw", "readwrite": 1},""" + "\n"
        + """   {"pdev_path": "res0", "vdev": "xvdf", "format": "raw", "script": "block-drbd", "readwrite": 1}, """
        + """{"pdev_path": "/b.iso", "vdev": "hdc", "script": "/etc/xen/scripts/block", "is_cdrom": 1},""" + "\n"
        + """   {"backend_domname": "7", "pdev_path": "/by/number", "vdev": "xvdg"}, """
        + """{"backend_domname": "Domain-0", "pdev_path": "/by/name", "vdev": "xvdh"}, """
        + """{"backend_domid": 3, "pdev_path": "/resolved", "vdev": "xvdi"}],""" + "\n"
        + """ "nics": [{"backend_domname": "net1", "devid": 0, "bridge": "br-lan"}, """
        + """{"devid": 1, "bridge": "ovsbr0.100", "script": "vif-openvswitch"}, {"devid": 2}, """
        + """{"devid": 3, "bridge": "br1", "script": "vif-bridge"},""" + "\n"
        + """   {"devid": 4, "ip": "10.0.0.1", "bridge": "ovs1", "script": "vif-route"}, """
        + """{"devid": 5, "bridge": "br2", "script": "/etc/xen/scripts/vif-bridge"}, """
        + """{"devid": 6, "bridge": "ovsbr0.100:200"}, {"devid": 7, "bridge": "br3", "script": "/opt/own/vif-bridge"}],""" + "\n"
        + """ "pcidevs": [{"bus": 1, "vfunc_mask": 1}, {"func": 1, "bus": 2, "vfunc_mask": 1, "permissive": true}], "vkbs": ["""
        + """{"devid": 0}, {"backend_domname": "input", "devid": 1}], "vtpms": [{"backend_domname": "tpm", "devid": 0}],""" + "\n"
        + """ "p9s": [{"backend_domname": "files", "tag": "a"}], "usbctrls": ["""
        + """{"backend_domname": "usb", "devid": 0}], "vfbs": [{"backend_domname": "screen", "devid": 0}], "channels": ["""
        + """{"backend_domname": "storage", "devid": 0}], "on_reboot": "restart"}""";

    static GuestSetup Setup(string json) => GuestSetup.Parse(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Only_what_dom0_and_Xens_own_scripts_serve_is_dom0s()
    {
        var setup = Setup(Devices);
        Assert.Equal(["/x", "/dev/vg/a", "/b.iso", "/by/name"], setup.Disks.Where(disk => disk.IsOfDom0).Select(disk => disk.Target));
        Assert.Equal(["xenbr0", "br1", "br2"], setup.Bridges); // a network that names none gets libxl's
    }

    [Fact]
    public void Each_domain_that_serves_a_device_of_any_kind_is_named_once_and_dom0_and_numbers_are_not() =>
        Assert.Equal(["storage", "net1", "input", "tpm", "files", "usb", "screen"], Setup(Devices).Backends);

    [Fact]
    public void What_xl_conf_sets_for_all_networks_is_in_each()
    {
        var setup = Setup(
            """{"nics": [{"backend_domname": "net9", "devid": 1, "bridge": "ovsbr0.100", "script": "vif-openvswitch"}, """
            + """{"devid": 2, "bridge": "ovs1", "script": "vif-openvswitch"}]}""");
        Assert.Equal(["net9"], setup.Backends);
        Assert.Empty(setup.Bridges);
    }

    [Theory]
    [InlineData("""{"b_info": {"max_memkb": 4194304, "target_memkb": 524288}}""", 512)]
    [InlineData("""{"b_info": {"max_memkb": 65536}}""", 64)]
    [InlineData("""{"b_info": {"target_memkb": 65536}}""", 64)]
    [InlineData("""{"b_info": {"max_memkb": 65536, "target_memkb": 18446744073709551615}}""", 64)] // libxl's "as much as it may"
    [InlineData("""{"b_info": {}}""", 0)]
    public void A_guest_takes_what_it_starts_with(string json, long memory) => Assert.Equal(memory, Setup(json).Memory);

    [Theory]
    [InlineData("""{"pcidevs": [{"bus": 1}]}""", true), InlineData("""{"pcidevs": [{}]}""", true), InlineData("""{"pcidevs": []}""", false)]
    [InlineData("{}", false)]
    public void Devices_of_the_host_are_seen(string json, bool hasPci) => Assert.Equal(hasPci, Setup(json).HasPci);

    [Theory]
    [InlineData("""{"b_info": {"bootloader": "pygrub"}}""", true)]
    [InlineData("""{"b_info": {"bootloader": "/usr/lib/xen-4.17/bin/pygrub"}}""", true)]
    [InlineData("""{"b_info": {"bootloader": "pygrub", "bootloader_restrict": "False"}}""", true)]
    [InlineData("""{"b_info": {"bootloader": "pygrub", "bootloader_restrict": "True"}}""", false)]
    [InlineData("""{"b_info": {"kernel": "/pygrub"}}""", false), InlineData("""{"b_info": {"bootloader": "/usr/bin/own-loader"}}""", false)]
    public void Pygrub_with_all_rights_is_seen(string json, bool trusts) => Assert.Equal(trusts, Setup(json).TrustsPygrub);

    [Fact]
    public void What_xl_opens_itself_is_known_by_what_it_is()
    {
        Assert.Equal([("kernel", "/k"), ("ramdisk", "/r"), ("boot loader", "/opt/loader")],
            Setup("""{"b_info": {"kernel": "/k", "type.pv": {"ramdisk": "/r", "bootloader": "/opt/loader"}}}""").Files);
        var setup = Setup(
            """{"b_info": {"bootloader": "pygrub", "device_model": "/opt/qemu", "type.hvm": {"system_firmware": "/opt/ovmf"}}}""");
        Assert.Equal([("device model", "/opt/qemu"), ("firmware", "/opt/ovmf")], setup.Files);
    }

    [Fact]
    public void A_disk_is_looked_for_as_it_is_written_unless_another_opens_it()
    {
        var setup = Setup(
            """{"disks": [{"pdev_path": "phy:vg0/gone", "vdev": "xvda", "format": "raw"}, """
            + """{"pdev_path": "vg0/x", "vdev": "xvdb", "backend": "phy"}, {"pdev_path": "/dev/vg0/x", "vdev": "xvdc"},""" + "\n"
            + """  {"pdev_path": "nbd:host:10809", "vdev": "xvdd", "backend": "qdisk"}, """
            + """{"pdev_path": "iqn.x", "vdev": "xvde", "script": "block-iscsi"}, """
            + """{"pdev_path": "vg1/x", "vdev": "xvdf", "backend_domname": "storage"},""" + "\n"
            + """  {"pdev_path": "", "vdev": "hdc", "format": "empty"}]}""");
        Assert.Equal([("disk", "phy:vg0/gone"), ("disk", "vg0/x")], setup.Files);
    }

    [Fact]
    public void Names_that_differ_only_in_bytes_that_are_no_text_are_two()
    {
        static string? NameOf(byte one) => GuestSetup.Parse((byte[])[.. "{\"c_info\": {\"name\": \"caf"u8, one, .. "\"}}"u8]).Name;
        Assert.Equal(("caf\uFFFDE9", "caf\uFFFDE8"), (NameOf(0xE9), NameOf(0xE8)));
        Assert.Equal("café", Setup("""{"c_info": {"name": "café"}}""").Name);
    }
}
