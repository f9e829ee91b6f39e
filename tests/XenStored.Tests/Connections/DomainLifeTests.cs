using System.Text;
using Xen.Hypervisor.Answers;
using Xen.Linux.Loop;
using Xen.Protocol.Wire;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Connections;

/// <summary>
/// What the hypervisor tells of domains, and what becomes of their rings: on one that tells changes (Xen 4.21 on), and on one that must
/// be asked.
/// </summary>
public sealed class DomainLifeTests : IDisposable
{
    readonly FakeDomains domains = new();
    readonly OneServer one;
    readonly ByteClient dom0;

    public DomainLifeTests()
    {
        one = new(domains);
        dom0 = one.Connect();
    }

    public void Dispose() => one.Dispose();

    // While looks go on ports stay masked, and there is space for 256 of them.
    [Fact]
    public void Of_more_ports_than_there_is_space_for_each_guest_is_served_and_each_port_unmasked()
    {
        int[] ports = IntroduceMany(300);
        foreach (int[] some in ports.Chunk(100))
        {
            domains.Raise(one.Server.DomainEvents, some);
            Assert.All(some, port => Assert.True(one.Server.Queues.Ready.Has(one.Server.DomainConnections.ByPort[port])));
        }
        one.Server.DomainEvents.Rest();
        Assert.Equal(ports.Order(), domains.Unmasked.Order());
    }

    [Fact]
    public void Ports_that_are_masked_when_the_kernels_buffer_overflows_are_unmasked_with_all_others()
    {
        int[] ports = IntroduceMany(10);
        domains.Raise(one.Server.DomainEvents, ports[..5]);
        Assert.Empty(domains.Unmasked);
        domains.IsOverflown = true;
        domains.Raise(one.Server.DomainEvents);
        Assert.All(ports, port => Assert.True(one.Server.Queues.Ready.Has(one.Server.DomainConnections.ByPort[port])));
        Assert.Superset(ports.ToHashSet(), domains.Unmasked);
        one.Server.DomainEvents.Rest();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_domain_that_dies_is_told_once_and_its_page_and_port_are_given_back(bool tellsChanges)
    {
        domains.TellsChanges = tellsChanges;
        Introduce(3);
        Ask(MessageType.Watch, "@releaseDomain\0t\0");
        Forget();
        domains.Change(3, DomainState.Exists | DomainState.Dying);
        Virq();
        Virq();
        Assert.Equal(1, Events("@releaseDomain"));
        Assert.Null(one.Server.Store.Domains.Find(3));
        Assert.Empty(one.Server.DomainConnections.ByPort);
        Assert.Equal(0, domains.PagesMapped);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Domains_that_die_together_are_told_one_by_one_and_shutdowns_once_for_all(bool tellsChanges)
    {
        domains.TellsChanges = tellsChanges;
        foreach (ushort domid in new ushort[] { 3, 4, 5 })
            Introduce(domid);
        Ask(MessageType.Watch, "@releaseDomain\0t\0");
        Forget();
        domains.Change(3, DomainState.Exists | DomainState.ShutDown);
        domains.Change(4, DomainState.Exists | DomainState.ShutDown);
        Virq();
        Assert.Equal(1, Events("@releaseDomain"));
        Forget();
        domains.Change(3, DomainState.None);
        domains.Change(4, DomainState.None);
        domains.Change(5, DomainState.Exists | DomainState.ShutDown);
        Virq();
        Assert.InRange(Events("@releaseDomain"), 2, 3); // the shutdown is told apart only if it was seen after the deaths
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_domain_that_shuts_down_is_told_once_and_again_after_RESUME(bool tellsChanges)
    {
        domains.TellsChanges = tellsChanges;
        Introduce(3);
        Ask(MessageType.Watch, "@releaseDomain\0t\0");
        Forget();
        domains.Change(3, DomainState.Exists | DomainState.ShutDown);
        Virq();
        Virq();
        Assert.Equal(1, Events("@releaseDomain"));
        Assert.NotNull(one.Server.Store.Domains.Find(3));

        Ask(MessageType.Resume, "3\0");
        domains.Change(3, DomainState.Exists);
        Virq();
        domains.Change(3, DomainState.Exists | DomainState.ShutDown);
        Virq();
        Assert.Equal(2, Events("@releaseDomain"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_domain_whose_id_another_one_has_by_now_is_gone(bool tellsChanges)
    {
        domains.TellsChanges = tellsChanges;
        Introduce(3);
        Ask(MessageType.Write, "/local/domain/3\0of the first");
        Ask(MessageType.SetPerms, "/local/domain/3\0n3\0");
        Ask(MessageType.Write, "/shared\0x");
        Ask(MessageType.SetPerms, "/shared\0n0\0b3\0");
        domains.Replace(3); // nobody was told in between
        Virq();
        Assert.Null(one.Server.Store.Domains.Find(3));
        Assert.Equal("ENOENT", Ask(MessageType.Read, "/local/domain/3\0"));
        Assert.Equal("n0", Ask(MessageType.GetPerms, "/shared\0"));
        Introduce(3);
    }

    [Fact]
    public void A_permission_given_to_a_domain_does_not_pass_to_the_next_of_its_id()
    {
        domains.TellsChanges = true;
        domains.Change(5, DomainState.Exists);
        Ask(MessageType.Write, "/shared\0x");
        Ask(MessageType.SetPerms, "/shared\0n0\0r5\0"); // never introduced
        domains.Replace(5);
        Virq();
        Assert.Equal("n0", Ask(MessageType.GetPerms, "/shared\0"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hypervisor_that_does_not_answer_buries_nobody(bool tellsChanges)
    {
        domains.TellsChanges = tellsChanges;
        Introduce(3);
        domains.IsSilent = true;
        Virq();
        Assert.NotNull(one.Server.Store.Domains.Find(3));
    }

    [Fact]
    public void A_domain_may_be_introduced_again_with_the_port_that_it_has()
    {
        Introduce(3);
        Introduce(3);
        Assert.Equal(7u, domains.Bound[3]);
    }

    [Fact]
    public void When_the_kernel_could_not_tell_all_pending_ports_everything_is_looked_at()
    {
        Introduce(3);
        domains.Change(3, DomainState.None);
        domains.IsOverflown = true;
        one.Server.DomainEvents.Ready(Readiness.Read);
        one.Turn();
        Assert.Null(one.Server.Store.Domains.Find(3));
    }

    [Fact]
    public void A_domain_that_cannot_be_bound_keeps_no_page()
    {
        domains.Change(3, DomainState.Exists);
        domains.RefusesToBind = true;
        Assert.Equal("EINVAL", Ask(MessageType.Introduce, "3\01\07\0"));
        Assert.Equal(0, domains.PagesMapped);
        domains.RefusesToBind = false;
        Introduce(3);
    }

    [Fact]
    public void A_port_in_the_page_goes_before_that_of_the_request()
    {
        domains.GivenPort = 42;
        Introduce(3);
        Assert.Contains((ushort)3, domains.Bound.Keys);
        Assert.Equal(42u, domains.Bound[3]);
    }

    void Introduce(ushort domid)
    {
        if (domains.TryStatus(domid, out var status) && status.State == DomainState.None)
            domains.Change(domid, DomainState.Exists);
        Assert.Equal("OK", Ask(MessageType.Introduce, $"{domid}\01\07\0"));
    }

    string Ask(MessageType type, string payload)
    {
        int before = dom0.Output.Count;
        one.Deliver(dom0, SplitTests.Message(type, 1, payload));
        var bytes = dom0.Output.ToArray().AsSpan(before);
        for (; ; bytes = bytes[(MessageHeader.Size + (int)MessageHeader.Read(bytes).Length)..])
            if (MessageHeader.Read(bytes) is { Type: not MessageType.WatchEvent } header)
                return Encoding.ASCII.GetString(bytes.Slice(MessageHeader.Size, (int)header.Length)).TrimEnd('\0');
    }

    int Events(string path) => Encoding.ASCII.GetString(dom0.Output.ToArray()).Split(path + "\0t\0").Length - 1;

    void Forget() => dom0.Output.Clear();

    void Virq()
    {
        domains.RaiseVirq(one.Server.DomainEvents);
        one.Turn();
    }

    int[] IntroduceMany(int count)
    {
        for (int domid = 1; domid <= count; domid++)
            Introduce((ushort)domid);
        domains.Unmasked.Clear();
        return [.. one.Server.DomainConnections.ByPort.Keys];
    }
}
