using Xen.Hypervisor.Answers;
using Xen.Hypervisor.Linux;
using Xen.Hypervisor.Linux.Calls;
using Xen.Linux;
using Xen.Protocol.Wire;

namespace Xen.Tests;

/// <summary>One program for every hypervisor from Xen 4.14 to 4.22: the same questions to a hypervisor of each version.</summary>
public sealed class HypercallTests
{
    public static TheoryData<int, uint, uint> Releases => new()
    {
        { 14, 0x12, 0x13 }, { 15, 0x13, 0x13 }, { 16, 0x14, 0x14 }, { 17, 0x15, 0x15 }, { 18, 0x16, 0x15 }, { 19, 0x17, 0x15 },
        { 20, 0x17, 0x15 }, { 21, 0x17, 0x16 }, { 22, 0x18, 0x16 }, { 23, 0x19, 0x17 },
    };

    [Theory]
    [MemberData(nameof(Releases))]
    public void Domains_are_told_by_each_version(int minor, uint domctl, uint sysctl)
    {
        var xen = new FakeXen(minor, domctl, sysctl);
        xen.Domains[0] = new(0);
        xen.Domains[3] = new(Layouts.XenNumbers.ShutDown | 3u << 16);
        xen.Domains[7] = new(Layouts.XenNumbers.Dying);
        var domains = Domains(xen);

        Assert.Equal(DomainState.Exists, Status(domains, 0).State);
        Assert.Equal(DomainState.Exists | DomainState.ShutDown, Status(domains, 3).State);
        Assert.Equal(DomainState.Exists | DomainState.Dying, Status(domains, 7).State);
        Assert.Equal(minor >= 21, domains.TellsChanges);

        var list = new List<DomainInfo>();
        Assert.Equal(3, domains.List(list));
        Assert.Equal([0, 3, 7], list.Select(domain => (int)domain.Domid));
        Assert.Equal(ShutdownReason.Crash, list[1].Reason);
        Assert.Equal(new Guid("03030303-0303-0303-0303-030303030303"), list[1].Handle);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void A_domain_that_is_not_there_is_not_taken_for_the_next_one(int minor, uint domctl, uint sysctl)
    {
        var xen = new FakeXen(minor, domctl, sysctl);
        xen.Domains[0] = new(0);
        xen.Domains[9] = new(0);
        Assert.Equal(DomainState.None, Status(Domains(xen), 5).State);
        Assert.Equal(DomainState.None, Status(Domains(xen), Domid.Self).State);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void More_domains_than_fit_one_answer_are_listed_whole(int minor, uint domctl, uint sysctl)
    {
        var xen = new FakeXen(minor, domctl, sysctl);
        for (int domid = 0; domid < 3000; domid += 2)
            xen.Domains[(ushort)domid] = new(0);
        var list = new List<DomainInfo>();
        Assert.Equal(1500, Domains(xen).List(list));
        Assert.Equal(Enumerable.Range(0, 1500).Select(i => 2 * i), list.Select(domain => (int)domain.Domid));
    }

    [Fact]
    public void A_hypervisor_that_tells_changes_tells_each_once_and_whose_id_was_used_again()
    {
        var xen = new FakeXen(22, 0x18, 0x16);
        xen.Domains[0] = new(0) { UniqueId = 1, IsChanged = true };
        xen.Domains[4] = new(0) { UniqueId = 77, IsChanged = true };
        var domains = Domains(xen);
        var heard = new List<(ushort, DomainStatus)>();
        while (domains.TryNextChanged(out ushort domid, out var status))
            heard.Add((domid, status));
        Assert.Equal([(0, new DomainStatus(DomainState.Exists, 1)), (4, new DomainStatus(DomainState.Exists, 77))], heard);
        Assert.Equal(77u, Status(domains, 4).UniqueId);
        Assert.False(domains.TryNextChanged(out _, out _));
    }

    [Fact]
    public void An_error_of_the_hypervisor_is_an_error_and_no_empty_list()
    {
        var xen = new FakeXen(17, 0x15, 0x15) { ListError = Errno.ENOMEM };
        var list = new List<DomainInfo> { default };
        Assert.Equal(-Errno.ENOMEM, Domains(xen).List(list));
        Assert.Empty(list);
    }

    [Theory]
    [InlineData(21, 0x17u, 0)]
    [InlineData(22, 0x18u, 0)]
    [InlineData(23, 0x19u, Errno.EPERM)]
    public void A_hypervisor_without_sysctl_is_asked_for_each_domain(int minor, uint domctl, int infoError)
    {
        var xen = new FakeXen(minor, domctl, 0) { LacksSysctl = true, InfoError = infoError };
        xen.Domains[0] = new(0);
        xen.Domains[3] = new(Layouts.XenNumbers.StoreDomain | Layouts.XenNumbers.ShutDown | 3u << 16);
        xen.Domains[Domid.FirstReserved - 1] = new(Layouts.XenNumbers.Dying);
        var list = new List<DomainInfo> { default };
        Assert.Equal(3, Domains(xen).List(list));
        Assert.Equal([0, 3, Domid.FirstReserved - 1], list.Select(domain => (int)domain.Domid));
        Assert.Equal([DomainState.Exists, DomainState.Exists | DomainState.ShutDown, DomainState.Exists | DomainState.Dying],
            list.Select(domain => domain.State));
        Assert.Equal([false, true, false], list.Select(domain => domain.IsStore));
        if (infoError == 0)
            Assert.Equal((ShutdownReason.Crash, new Guid("03030303-0303-0303-0303-030303030303")), (list[1].Reason, list[1].Handle));
    }

    [Fact]
    public void Without_sysctl_an_error_is_an_error_and_no_empty_list()
    {
        var xen = new FakeXen(22, 0x18, 0x16) { LacksSysctl = true };
        xen.Domains[0] = new(0);
        var domains = Domains(xen);
        xen.StatusError = Errno.EPERM;
        var list = new List<DomainInfo> { default };
        Assert.Equal(-Errno.EPERM, domains.List(list));
        Assert.Empty(list);
        Assert.Equal(-Errno.ENOSYS, Domains(new FakeXen(17, 0x15, 0x15) { LacksSysctl = true }).List(list)); // which cannot be built so
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void The_console_ring_is_read_on_and_losses_are_counted(int minor, uint domctl, uint sysctl)
    {
        var xen = new FakeXen(minor, domctl, sysctl) { ConsoleText = new string('a', 100), ConsoleRing = 64 };
        var host = Host(xen);
        Span<byte> buffer = stackalloc byte[48];
        uint position = 0;
        Assert.Equal(48, host.ReadConsole(buffer, ref position, out uint lost));
        Assert.Equal(36u, lost);
        Assert.Equal(16, host.ReadConsole(buffer, ref position, out lost));
        Assert.Equal((0u, 100u), (lost, position));
        Assert.Equal(0, host.ReadConsole(buffer, ref position, out lost));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void The_machine_is_told_by_each_version(int minor, uint domctl, uint sysctl)
    {
        var host = Host(new FakeXen(minor, domctl, sysctl));
        Assert.Equal(0, host.Physical(out var info));
        Assert.Equal(new PhysicalInfo(2, 0x1F, 1000, 500, 7, 0), info);
        Assert.Equal($"4.{minor}.1", host.Version.ToString());
    }

    [Fact]
    public void A_watchdog_timer_is_taken_wound_up_and_given_back()
    {
        var host = Host(new FakeXen(17, 0x15, 0x15));
        Assert.Equal(1, host.Arm(0, 30));
        Assert.Equal(1, host.Arm(1, 30));
        Assert.Equal(2, host.Arm(0, 30));
        Assert.Equal(-Errno.ENOSPC, host.Arm(0, 30));
        Assert.Equal(0, host.Disarm(1));
        Assert.Equal(-Errno.EINVAL, host.Disarm(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => host.Arm(0, 0)); // would end the machine at once
    }

    [Fact]
    public void A_grant_table_tells_how_full_it_is()
    {
        var xen = new FakeXen(17, 0x15, 0x15);
        xen.Domains[3] = new(0);
        Assert.Equal(0, Host(xen).GrantTable(3, out var size));
        Assert.Equal(new GrantTableSize(3, 64), size);
        Assert.Equal(-Errno.ENOENT, Host(xen).GrantTable(4, out _));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void A_hypercall_that_fails_says_nothing_about_a_domain(int minor, uint domctl, uint sysctl)
    {
        var xen = new FakeXen(minor, domctl, sysctl);
        xen.Domains[3] = new(0);
        var domains = Domains(xen);
        xen.StatusError = Errno.EFAULT;
        Assert.False(domains.TryStatus(3, out _));
    }

    static DomainStatus Status(LinuxDomains domains, ushort domid)
    {
        Assert.True(domains.TryStatus(domid, out var status));
        return status;
    }

    static XenVersion Version(FakeXen xen) => LinuxHost.ReadVersion(xen);
    static LinuxDomains Domains(FakeXen xen) => new(xen, new Sysctl(xen, Version(xen)), Version(xen));
    static LinuxHost Host(FakeXen xen) => new(xen, new Sysctl(xen, Version(xen)), Version(xen));
}
