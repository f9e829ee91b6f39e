using XenDomains.Toolstack;

namespace XenDomains.Tests.Program;

/// <summary>What guests may have: where xl takes memory from dom0 for them, what dom0 can give counts.</summary>
public sealed class HostMemoryTests
{
    const string Dom0 = "Name                                        ID   Mem VCPUs\tState\tTime(s)\n"
        + "Domain-0                                     0 64800    16     r-----     410.2\n";

    [Theory]
    [InlineData("", "placeholder", 200 + 64800 - 128)]
    [InlineData("autoballoon=\"auto\"", "placeholder loglvl=all", 200 + 64800 - 128)]
    [InlineData("autoballoon=\"auto\"", "placeholder dom0_mem=4096M,max:4096M", 200)]
    [InlineData("# autoballoon=\"on\"\n", "dom0_mem=max:25% loglvl=all", 200)]
    [InlineData("", "dom0_mem=1G+10%", 200)]
    [InlineData("", "dom0_mem=much", 200 + 64800 - 128)] // xl does not know it either
    [InlineData("autoballoon = 'on'", "dom0_mem=4G", 200 + 64800 - 128)]
    [InlineData("autoballoon=1", "dom0_mem=4G", 200 + 64800 - 128)]
    [InlineData("autoballoon=\"off\"", "", 200)]
    [InlineData("autoballoon=0", "", 200)]
    public void On_a_host_that_balloons_what_dom0_can_give_is_the_guests_too(string settings, string xen, long memory) =>
        Assert.Equal(memory, HostMemory.Of(
            $"total_memory           : 65536\nfree_memory            : 200\nxen_commandline        : {xen}\n", Dom0, settings));

    [Theory]
    [InlineData("", Dom0, null), InlineData("free_memory : 200\n", "", 200L)]
    [InlineData("free_memory : 200\n", "Name ID\nDomain-0     0   100     1     r-----  1.0\n", 200L)]
    public void What_xl_does_not_tell_is_not_counted(string info, string dom0, long? memory) =>
        Assert.Equal(memory, HostMemory.Of(info, dom0, ""));
}
