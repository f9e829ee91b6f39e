using System.Buffers.Binary;
using System.Text;
using Xen.Linux;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Connections.State;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Connections;

/// <summary>
/// Domains that are there before the store is: made by the hypervisor itself (dom0less), or by a toolstack before the store was started
/// anew.
/// </summary>
public sealed class MadeBeforeTests
{
    const int ConnectionState = 2068, GivenPort = 2076; // words of the page

    [Fact]
    public void A_domain_that_the_hypervisor_made_is_served_from_the_start_and_what_it_asked_before_is_answered()
    {
        using var one = new OneServer(folder => Page(folder, 5, page =>
        {
            Put(page, GivenPort, 9);
            new StorePage(page).Requests.Put(SplitTests.Message(MessageType.GetDomainPath, 1, "5\0"));
        }));
        one.Turn();
        Assert.Equal("/local/domain/5\0", Reply(one, 5));
        Assert.Equal("T", Ask(one, MessageType.IsDomainIntroduced, "5\0"));
        Assert.Contains("domain 5 was introduced on port 9", one.Log);
        Assert.True(Notified(one, 5));
    }

    [Fact]
    public void One_that_waits_to_be_connected_as_Xen_leaves_it_is_told_when_it_is()
    {
        using var one = new OneServer(folder => Page(folder, 5, page =>
        {
            Put(page, GivenPort, 9);
            Put(page, ConnectionState, 1);
        }));
        one.Turn();
        byte[] page = File.ReadAllBytes(Path.Combine(one.HypervisorFolder, "ring.5"));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(ConnectionState)));
        Assert.Equal((uint)StoreFeatures.All, BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(2064)));
        Assert.True(Notified(one, 5));
    }

    [Fact]
    public void A_guest_of_a_toolstack_is_left_as_it_is_until_it_is_introduced()
    {
        byte[]? before = null;
        using var one = new OneServer(folder => before = Page(folder, 5, page =>
            new StorePage(page).Requests.Put(SplitTests.Message(MessageType.GetDomainPath, 1, "5\0"))));
        one.Turn();
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(one.HypervisorFolder, "ring.5")));
        Assert.Equal("F", Ask(one, MessageType.IsDomainIntroduced, "5\0"));
        Assert.False(Notified(one, 5));
        Assert.DoesNotContain(one.Log, line => line.Contains("domain 5", StringComparison.Ordinal));

        Assert.Equal("OK", Ask(one, MessageType.Introduce, "5\01\07\0"));
        Assert.Contains("domain 5 was introduced on port 7", one.Log);
        Request(one, 5);
        Assert.Equal("/local/domain/5\0", Reply(one, 5));
    }

    [Fact]
    public void What_a_toolstack_introduces_afterwards_counts()
    {
        using var one = new OneServer(folder => Page(folder, 5, page => Put(page, GivenPort, 9)));
        var watcher = one.Connect();
        one.Deliver(watcher, SplitTests.Message(MessageType.Watch, 1, "@introduceDomain\0t\0"));
        watcher.Output.Clear();
        Assert.Equal("OK", Ask(one, MessageType.Introduce, "5\01\07\0"));
        Assert.Contains("domain 5 was introduced on port 7", one.Log);
        Assert.Empty(watcher.Output); // it was there already
        Request(one, 5);
        Assert.Equal("/local/domain/5\0", Reply(one, 5));
        Assert.Equal("OK", Ask(one, MessageType.Release, "5\0"));
        Assert.Equal("F", Ask(one, MessageType.IsDomainIntroduced, "5\0"));
    }

    [Fact]
    public void A_port_in_a_page_that_cannot_be_bound_stops_nobody_and_no_toolstack_either()
    {
        using var one = new OneServer(folder =>
        {
            Page(folder, 5, page => Put(page, GivenPort, 0xFFFF_FFFF)); // what a guest has scribbled
            Page(folder, 6, page => Put(page, GivenPort, 9));
        });
        Assert.Equal("T", Ask(one, MessageType.IsDomainIntroduced, "6\0"));
        Assert.Equal("F", Ask(one, MessageType.IsDomainIntroduced, "5\0"));
        Assert.Single(one.Log, line => line.Contains("domain 5 could not be introduced: bind port", StringComparison.Ordinal));
        Assert.Equal("OK", Ask(one, MessageType.Introduce, "5\01\07\0"));
        Assert.Contains("domain 5 was introduced on port 7", one.Log);
    }

    [Fact]
    public void Domains_without_a_page_or_without_life_are_no_lines_of_the_log()
    {
        using var one = new OneServer(folder =>
        {
            for (ushort domid = 1; domid < 200; domid++)
            {
                Page(folder, domid, page => Put(page, GivenPort, domid % 3 == 0 ? 0u : 9u));
                if (domid % 3 != 0)
                    File.WriteAllText(Path.Combine(folder, $"{(domid % 3 == 1 ? "unmappable" : "dead")}.{domid}"), "");
            }
        });
        Assert.Single(one.Server.DomainConnections.ByPort); // dom0
        Assert.DoesNotContain(one.Log, line => line.Contains("could not", StringComparison.Ordinal));
    }

    [Fact]
    public void A_hypervisor_that_does_not_tell_its_domains_is_said_once_and_the_store_starts()
    {
        using var one = new OneServer(new FakeDomains { ListError = Errno.EPERM });
        Assert.Single(one.Log, line => line.Contains("does not list its domains (Operation not permitted)", StringComparison.Ordinal));
    }

    static byte[] Page(string folder, ushort domid, Action<byte[]> fill)
    {
        byte[] page = new byte[StorePage.Size];
        fill(page);
        File.WriteAllBytes(Path.Combine(folder, $"ring.{domid}"), page);
        return page;
    }

    static void Put(byte[] page, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(offset), value);

    static void Request(OneServer one, ushort domid)
    {
        using var page = Ring(one, domid);
        byte[] message = SplitTests.Message(MessageType.GetDomainPath, 1, $"{domid}\0");
        Assert.True(new StorePage(page.Bytes(StorePage.Size)).Requests.Put(message) > 0);
        one.Server.Queues.Wake(Connection.Of(one.Server.Store.Domains.Find(domid)!.Session)!);
        one.Turn();
    }

    static string Reply(OneServer one, ushort domid)
    {
        using var page = Ring(one, domid);
        byte[] bytes = new byte[1024];
        int count = new StorePage(page.Bytes(StorePage.Size)).Replies.Peek(bytes);
        return Encoding.ASCII.GetString(bytes, MessageHeader.Size, Math.Max(count - MessageHeader.Size, 0));
    }

    static bool Notified(OneServer one, ushort domid)
    {
        if (!File.Exists(Path.Combine(one.HypervisorFolder, $"guest.{domid}")))
            return false;
        using var doorbell = FileDescriptor.OpenReadWrite(Path.Combine(one.HypervisorFolder, $"guest.{domid}"));
        return doorbell.Read(new byte[4096]) > 0;
    }

    static Mapping Ring(OneServer one, ushort domid)
    {
        using var file = FileDescriptor.OpenOrCreate(Path.Combine(one.HypervisorFolder, $"ring.{domid}"));
        return new(file, StorePage.Size, "ring");
    }

    static string Ask(OneServer one, MessageType type, string payload)
    {
        var dom0 = one.Connect();
        one.Deliver(dom0, SplitTests.Message(type, 1, payload));
        return Encoding.ASCII.GetString(dom0.Output.ToArray().AsSpan(MessageHeader.Size)).TrimEnd('\0');
    }
}
