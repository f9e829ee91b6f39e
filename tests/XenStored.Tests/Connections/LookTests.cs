using System.Text;
using Xen.Hosting.Settings;
using Xen.Protocol.Wire;
using XenStored.Connections.State;
using XenStored.Options;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Connections;

/// <summary>
/// Looks at the rings of guests before the loop sleeps. Their ports stay masked meanwhile, and no notification may be lost by that. Guest 1
/// keeps to the mask of its port, as a port of Xen does. Each read of the fine clock takes a microsecond.
/// </summary>
public sealed class LookTests : IDisposable
{
    const int Port = 5, Local = 1 << 8 | Port, LongMs = 60_000, ShortMs = 5;
    const string Small = "/small", Large = "/large";

    readonly OneServer one;
    readonly ByteClient dom0;
    readonly StoreGuest guest;
    readonly Fifo events;
    long fine = 1_000_000;
    int reads; // of the clock, until the world does something
    Action? world;

    public LookTests() : this([])
    {
    }

    LookTests(string[] options)
    {
        one = new(options);
        one.FineClock = () =>
        {
            if (reads > 0 && --reads == 0)
                world!();
            return fine += 1_000;
        };
        dom0 = one.Connect();
        StoreGuest.Prepare(one.HypervisorFolder, 1);
        events = new(Path.Combine(one.HypervisorFolder, "evtchn"));
        Make(Small, "1");
        Ask(MessageType.Introduce, $"1\01\0{Port}\0");
        guest = new(one.HypervisorFolder, 1, Port, RingHabits.Plain with { Reads = Announces.WhenWaitedFor })
        {
            Mask = PortMask.TryOpen(one.HypervisorFolder, 1),
        };
    }

    public void Dispose()
    {
        guest.Dispose();
        events.Dispose();
        one.Dispose();
    }

    [Fact]
    public void A_request_that_comes_during_a_look_is_served_without_an_event()
    {
        LearnThatLooksPay();
        InClockRead(3, () => guest.Send(Read(Small)));
        one.TurnOnce(LongMs);
        Assert.Equal(MessageType.Read, Answer());
        Assert.True(guest.Mask!.IsMasked);
        Assert.True(events.IsEmpty);
    }

    [Fact]
    public void After_a_look_in_vain_the_port_is_unmasked_before_the_loop_sleeps()
    {
        LearnThatLooksPay();
        one.TurnOnce(ShortMs); // the port remembers an event of the request that a look has found
        one.TurnOnce(ShortMs);
        Assert.False(guest.Mask!.IsMasked);
    }

    [Fact]
    public void A_request_that_comes_after_the_last_look_wakes_the_loop()
    {
        LearnThatLooksPay();
        long end = fine + 50_000;
        reads = 1;
        world = () =>
        {
            if (fine < end)
                reads = 1;
            else
                guest.Send(Read(Small)); // the port is masked still, so nobody is woken now
        };
        one.TurnOnce(LongMs);
        Assert.Equal(MessageType.Read, Answer());
        Assert.Equal(1, one.Server.Loop.Looks.InVain);
    }

    // Else what waits for the guest would stay where it is for as long as other clients keep the loop from sleeping.
    [Fact]
    public void A_guest_that_makes_space_for_its_reply_during_a_look_gets_the_rest()
    {
        Make(Large, new string('x', 2000));
        LearnThatLooksPay();
        guest.Send(Read(Large));
        one.TurnOnce(LongMs);
        byte[] reply = new byte[MessageHeader.Size + 2000];
        Assert.Equal(1024, guest.Take(reply));
        Assert.True(guest.Mask!.IsMasked);
        one.TurnOnce(LongMs);
        Assert.Equal(reply.Length - 1024, guest.Take(reply.AsSpan(1024)));
        Assert.Equal((byte)'x', reply[^1]);
        Assert.True(events.IsEmpty);
    }

    [Fact]
    public void A_domain_that_ends_is_noticed_and_heard_of_again_while_looks_find_another_guest_s_requests()
    {
        Ask(MessageType.Watch, "@releaseDomain\0token\0");
        Ask(MessageType.Introduce, "2\01\07\0");
        LearnThatLooksPay();
        dom0.Output.Clear();
        File.WriteAllText(Path.Combine(one.HypervisorFolder, "dead.2"), "");
        events.Put(0xFFFF_0000);
        guest.Send(Read(Small));
        one.TurnOnce(LongMs);
        Assert.Equal(MessageType.Read, Answer());
        Assert.Contains("@releaseDomain", Encoding.ASCII.GetString([.. dom0.Output]), StringComparison.Ordinal);
        using var interrupt = PortMask.TryOpen(one.HypervisorFolder, 0xFFFF)!;
        Assert.False(interrupt.IsMasked);
        Assert.True(guest.Mask!.IsMasked);
    }

    [Fact]
    public void A_port_that_is_closed_while_it_is_masked_and_bound_again_wakes_the_loop_again()
    {
        LearnThatLooksPay();
        guest.Send(Read(Small));
        one.TurnOnce(LongMs);
        Assert.True(guest.Mask!.IsMasked);
        var before = Guest;
        dom0.Input.AddRange(SplitTests.Message(MessageType.Release, 2, "1\0"));
        dom0.Input.AddRange(SplitTests.Message(MessageType.Introduce, 2, "1\01\05\0"));
        InClockRead(3, () =>
        {
            one.Server.Queues.Wake(dom0.Connection);
            one.Server.Loop.Post(() => { }); // a socket would become ready
        });
        one.TurnOnce(LongMs);
        Assert.Contains(Local, one.Server.DomainConnections.ByPort.Keys);
        Assert.NotSame(before, Guest);
        one.Turn();
        Assert.False(guest.Mask.IsMasked);
        guest.Send(Read(Small));
        one.TurnOnce(LongMs);
        one.TurnOnce(ShortMs);
        Assert.NotNull(Answer()); // an error: this is another domain
    }

    // It would let each look end at once, and so keep the daemon from looking for others.
    [Fact]
    public void What_a_guest_that_is_ignored_writes_is_no_news()
    {
        guest.Send(Read(Small));
        one.TurnOnce(LongMs);
        Assert.False(one.Server.DomainEvents.Look());
        guest.Send(Read(Small));
        Assert.True(one.Server.DomainEvents.Look());
        one.TurnOnce(LongMs);
        one.Server.Ends.Violated(Guest);
        guest.Send(Read(Small));
        Assert.False(one.Server.DomainEvents.Look());
    }

    [Fact]
    public void Without_looks_each_port_is_unmasked_as_soon_as_its_guest_is_served()
    {
        using var off = new LookTests(["--poll-us", "0"]);
        for (int i = 0; i < 20; i++)
        {
            off.guest.Send(Read(Small));
            off.one.TurnOnce(LongMs);
            Assert.Equal(MessageType.Read, off.Answer());
            off.one.TurnOnce(1);
            Assert.False(off.guest.Mask!.IsMasked);
        }
        Assert.Equal(0, off.one.Server.Loop.Looks.All);
    }

    [Theory]
    [InlineData("1001")]
    [InlineData("-1")]
    [InlineData("50us")]
    public void The_longest_look_is_a_number_from_0_to_1000(string wrong)
    {
        Assert.Equal(50, StoreOptions.Parse([]).PollMicroseconds);
        Assert.Equal(1000, StoreOptions.Parse(["--poll-us=1000"]).PollMicroseconds);
        var refusal = Assert.Throws<UsageException>(() => StoreOptions.Parse(["--poll-us", wrong]));
        Assert.Equal($"--poll-us {wrong}: a number from 0 to 1000 is needed", refusal.Message);
    }

    // A node of guest 1.
    void Make(string path, string value)
    {
        Ask(MessageType.Write, $"{path}\0{value}");
        Ask(MessageType.SetPerms, $"{path}\0n1\0");
    }

    void Ask(MessageType type, string payload) => one.Deliver(dom0, SplitTests.Message(type, 2, payload));

    Connection Guest => one.Server.DomainConnections.ByPort[Local];

    // After some requests that each came as soon as the one before was answered.
    void LearnThatLooksPay()
    {
        while (one.Server.Loop.Looks.All == 0)
        {
            guest.Send(Read(Small));
            one.TurnOnce(LongMs);
            Answer();
        }
    }

    void InClockRead(int number, Action what) => (reads, world) = (number, what);

    static byte[] Read(string path) => SplitTests.Message(MessageType.Read, 1, path + "\0");

    // The type of the guest's next reply; null: there is none.
    MessageType? Answer()
    {
        byte[] header = new byte[MessageHeader.Size];
        if (guest.Take(header) < header.Length)
            return null;
        var reply = MessageHeader.Read(header);
        guest.Take(new byte[reply.Length]);
        return reply.Type;
    }
}
