using XenCommons.Check;

namespace XenCommons.Tests;

/// <summary>Networks of dom0 and of its guests: good ones have no finding, and what no guest could be put on is found.</summary>
public sealed class NetworkSetUpTests : IDisposable
{
    readonly HostFolder host = new();

    public NetworkSetUpTests()
    {
        host.Remove("/sys/class/net/xenbr0");
        host.Remove("/etc/xen/auto/web");
        foreach (string link in (string[])["lo", "eth0", "eth1"])
            host.Write($"/sys/class/net/{link}/address", "");
    }

    public void Dispose() => host.Dispose();

    // What dom0's kernel shows of links: a bridge with what is on it, or a link of another kind. Then xl.conf, and a guest.
    [Theory]
    [InlineData("ifupdown: the bridge xenbr0 that libxl takes", "xenbr0:eth0", "", "vif = [ '' ]")]
    [InlineData("ifupdown: a bridge called as a guest says", "br0:eth0", "", "vif = [ 'bridge=br0' ]")]
    [InlineData("NetworkManager: a bridge with a port of any name", "bridge0:enp3s0", "",
        "vif = [ 'mac=00:16:3e:00:00:01,bridge=bridge0' ]")]
    [InlineData("systemd-networkd: a bridge on a bond", "br-lan:bond0", "", "vif = [ 'bridge=br-lan' ]")]
    [InlineData("netifrc: a bridge for each VLAN", "br10:eth0.10 br20:eth0.20", "", "vif = [ 'bridge=br10', 'bridge=br20' ]")]
    [InlineData("systemd-networkd: one bridge that knows VLANs", "br0:eth0", "", "vif = [ 'bridge=br0,vlan=10' ]")]
    [InlineData("xl.conf names the bridge", "br0:eth0", "vif.default.bridge=\"br0\"", "vif = [ 'mac=00:16:3e:00:00:01' ]")]
    [InlineData("xl.conf names what is the default", "xenbr0:eth0", "vif.default.script=\"vif-bridge\"\nvif.default.backend=\"0\"",
        "vif = [ '' ]")]
    [InlineData("xl.conf names the script with its folder", "br0:eth0", "vif.default.script='/etc/xen/scripts/vif-bridge'",
        "vif=['bridge=br0']")]
    [InlineData("a bridge that is called as its card was, as with the scripts of old", "eth0:peth0", "", "vif = [ 'bridge=eth0' ]")]
    [InlineData("the same, and the guest asks for xenbr0", "eth0:peth0", "", "vif = [ 'bridge=xenbr0' ]")]
    [InlineData("libvirt's bridge", "virbr0:virbr0-nic", "", "vif = [ \"bridge=virbr0,model=e1000,type=ioemu\" ]")]
    [InlineData("Open vSwitch in xl.conf (case 07, ovs)", "ovsbr0", "vif.default.script=\"vif-openvswitch\"", "vif = [ 'bridge=ovsbr0' ]")]
    [InlineData("Open vSwitch in xl.conf, and a VLAN", "ovsbr0", "vif.default.script=\"vif-openvswitch\"",
        "vif = [ 'bridge=ovsbr0.100', 'bridge=ovsbr0.10:20' ]")]
    [InlineData("Open vSwitch of one network, a bridge for the other", "br0:eth0 ovsbr0", "",
        "vif = [ 'bridge=br0', 'script=vif-openvswitch,bridge=ovsbr0' ]")]
    [InlineData("a driver domain (case 07, driver-domain)", "", "", "vif = [ \"backend=net1,bridge=br-lan,mac=00:16:3e:00:00:01\" ]")]
    [InlineData("a driver domain in xl.conf", "", "vif.default.backend=\"net1\"", "vif = [ 'bridge=br-lan' ]")]
    [InlineData("dom0 itself named as the backend", "br0:eth0", "vif.default.backend=\"net1\"", "vif = [ 'backend=0,bridge=br0' ]")]
    [InlineData("routed", "", "vif.default.script=\"vif-route\"\nvif.default.gatewaydev=\"eth0\"", "vif = [ 'ip=192.0.2.7' ]")]
    [InlineData("behind addresses of dom0's", "", "", "vif = [ 'script=vif-nat,ip=10.0.0.2' ]")]
    [InlineData("a script of one's own", "", "", "vif = [ 'bridge=nowhere,script=/etc/xen/scripts/vif-mine' ]")]
    [InlineData("Qubes: sys-net serves it by Qubes' script", "", "",
        "vif = [ 'backend=sys-net,script=/etc/xen/scripts/vif-route-qubes,ip=10.137.0.9' ]")]
    [InlineData("no network", "", "", "memory = 512")]
    [InlineData("an empty list", "", "", "vif = []")]
    [InlineData("a list over lines, with comments", "br0:eth0", "", "vif = [\n  'bridge=br0', # outside\n#  'bridge=br9',\n]\n")]
    [InlineData("a # between quotes begins no comment", "br0:eth0", "",
        "name = \"web#1\"\nvif = [ 'bridge=br0' ] # vif = [ 'bridge=br9' ]")]
    [InlineData("xl.conf's lines that are commented out", "xenbr0:eth0", "#vif.default.bridge=\"br9\"\n#vif.default.script=\"vif-route\"",
        "vif = [ '' ]")]
    [InlineData("a name that ends in vif is another", "", "", "my_vif = [ 'bridge=br9' ]\nvif.x = [ 'bridge=br8' ]")]
    public void A_good_network_has_no_finding(string name, string links, string xl, string guest)
    {
        Make(links, xl, guest);
        Assert.True(!BridgeChecks.Look(host.Files).Any(), name);
    }

    [Theory]
    [InlineData("", "", "vif = [ '' ]", "there is no bridge xenbr0")]
    [InlineData("br0:eth0", "", "vif = [ 'bridge=br0', 'bridge=br1' ]", "there is no bridge br1")]
    [InlineData("br0:eth0", "", "vif  =  [ ]\nvif += [ 'bridge=br1' ]", "there is no bridge br1")]
    [InlineData("ovsbr0", "", "vif = [ 'bridge=ovsbr0' ]", "ovsbr0, which a guest wants for a bridge, is none")]
    [InlineData("ovsbr0", "vif.default.script=\"vif-openvswitch\"", "vif = [ 'bridge=ovsbr0', 'script=vif-bridge,bridge=br1' ]",
        "there is no bridge br1")]
    [InlineData("", "vif.default.backend=\"net1\"", "vif = [ 'bridge=br-lan,backend=Domain-0' ]", "there is no bridge br-lan")]
    [InlineData("", "", "vif = [ 'bridge=br-lan,script=/etc/xen/scripts/vif-bridge' ]", "there is no bridge br-lan")]
    public void What_no_guest_can_be_put_on_is_found(string links, string xl, string guest, string said)
    {
        Make(links, xl, guest);
        Assert.Contains(said, Assert.Single(BridgeChecks.Look(host.Files)).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bridge_that_two_guests_want_is_one_finding()
    {
        Make("", "", "vif = [ 'bridge=br1' ]");
        host.Write("/etc/xen/auto/other", "vif = [ 'bridge=br1', 'bridge=br1' ]");
        Assert.Single(BridgeChecks.Look(host.Files));
    }

    [Fact]
    public void In_an_image_of_a_host_that_does_not_run_no_bridge_is_missed()
    {
        Make("", "", "vif = [ 'bridge=br1' ]");
        host.Remove("/sys/class/net");
        Assert.Empty(BridgeChecks.Look(host.Files));
    }

    void Make(string links, string xl, string guest)
    {
        foreach (string link in links.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            if (link.Split(':') is [var bridge, var port])
            {
                host.Write($"/sys/class/net/{bridge}/bridge/stp_state", "0\n");
                host.Write($"/sys/class/net/{bridge}/brif/{port}", "");
            }
            else
                host.Write($"/sys/class/net/{link}/address", "");
        host.Write("/etc/xen/xl.conf", xl + "\n");
        host.Write("/etc/xen/auto/web", guest + "\n");
    }
}
