using System.Text;
using XenDomains.Facts;
using XenDomains.Toolstack;

namespace XenDomains.Tests.Toolstack;

/// <summary>What xl prints, as Xen 4.17 and 4.20 do.</summary>
public sealed class XlOutputTests
{
    // The ends of rows: the reason for which a domain stopped, and no label.
    const string NoCode = "        -                -\n";
    const string Code0 = "        0                -\n";
    const string Code1 = "        1                -\n";
    const string Code2 = "        2                -\n";
    const string Code3 = "        3                -\n";

    const string List =
        "Name                                        ID   Mem VCPUs\tState\tTime(s)   UUID"
        + "                            Reason-Code\tSecurity Label\n"
        + "Domain-0                                     0  1280     2     r-----      87.5 00000000-0000-0000-0000-000000000000" + NoCode
        + "a one                                        1    96     1     -b----      15.7 66995af5-efe6-461c-9bcf-491aeeba3804" + NoCode
        + "suspended                                    2    96     1     --pss-       4.6 c3c818b5-0fc6-4e94-a4bd-a9b92aa5a42c" + Code2
        + "5 96 1 -b----                                3    96     1     r-----       0.2 3cb1389a-6c22-48ea-baaa-6c4db770ddb5" + NoCode
        + "(null)                                       4     0     1     --ps-d       0.2 3cb1389a-6c22-48ea-baaa-6c4db770ddb6" + Code0
        + "crashed                                      6    96     1     ---sc-       4.6 c3c818b5-0fc6-4e94-a4bd-a9b92aa5a42d" + Code3
        + "ended                                        7    96     1     ---s--       4.6 c3c818b5-0fc6-4e94-a4bd-a9b92aa5a42e" + Code0
        + "rebooted                                     9    96     1     ---sr-       4.6 c3c818b5-0fc6-4e94-a4bd-a9b92aa5a43e" + Code1
        + "paused                                       8    96     1     --p---       4.6 c3c818b5-0fc6-4e94-a4bd-a9b92aa5a42f" + NoCode
        + "a-name-that-is-much-longer-than-the-column-for-names-is"
        + " 19    96     1     ------       4.6 c3c818b5-0fc6-4e94-a4bd-a9b92aa5a430" + NoCode
        + "store                                       20    32     1     -b----       4.6 c3c818b5-0fc6-4e94-a4bd-a9b92aa5a431"
        + "        -                -";

    [Fact]
    public void Each_domain_is_read_from_the_right_of_its_line()
    {
        var domains = DomainList.Parse(List, new HashSet<int> { 20 });
        Assert.Equal(
        [
            (1, "a one", XlDomainState.Running), (2, "suspended", XlDomainState.Suspended),
            (3, "5 96 1 -b----", XlDomainState.Running), (4, "(null)", XlDomainState.Dying), (6, "crashed", XlDomainState.Crashed),
            (7, "ended", XlDomainState.ShutDown), (9, "rebooted", XlDomainState.ShutDown), (8, "paused", XlDomainState.Paused),
            (19, "a-name-that-is-much-longer-than-the-column-for-names-is", XlDomainState.Running),
        ], domains.Select(domain => (domain.Id, domain.Name, domain.State)));
        Assert.Equal(96, domains[0].Memory);
        Assert.Equal("66995af5-efe6-461c-9bcf-491aeeba3804", domains[0].Uuid);
    }

    [Fact]
    public void A_configuration_is_read_from_libxls_own_JSON_and_nested_names_are_not_the_guests()
    {
        var setup = GuestSetup.Parse(Encoding.UTF8.GetBytes(
            """{"domid": null, "config": {"channels": [{"name": "agent"}], "c_info": """
            + """{"type": "pv", "name": "a \"one\""}, "b_info": {"max_memkb": 98304, "kernel": "/guest/vmlinux"},""" + "\n"
            + """ "disks": [{"pdev_path": "/dev/vg/x", "vdev": "xvda", "format": "raw", "readwrite": 1}, """
            + """{"pdev_path": "/x.iso", "vdev": "hdc"}, {"vdev": "hdd"}],""" + "\n"
            + """ "nics": [{"devid": 0, "bridge": "xenbr0"}, {"bridge": "xenbr0"}, {"devid": 1}]}}"""));
        Assert.Equal(("a \"one\"", 96L), (setup.Name, setup.Memory));
        Assert.Equal([("kernel", "/guest/vmlinux")], setup.Files);
        Assert.Equal([new("/dev/vg/x", true), new("/x.iso", false)], setup.Disks);
        Assert.Equal(["xenbr0"], setup.Bridges);
    }

    [Theory]
    [InlineData("{}"), InlineData("[]"), InlineData("{\"config\": 5}"), InlineData("{\"c_info\": [], \"disks\": {}, \"nics\": 1}")]
    public void What_tells_nothing_tells_nothing(string json) => Assert.Null(GuestSetup.Parse(Encoding.UTF8.GetBytes(json)).Name);
}
