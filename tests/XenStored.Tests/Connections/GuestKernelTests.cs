using System.Diagnostics;
using Xen.Linux.Loop;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Connections.State;
using XenStored.Connections.Transports;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Connections;

/// <summary>
/// The kernels that people run, each with its own habits on the ring, against a server in this process. Whatever a guest does not announce
/// and whatever falls between two looks of the daemon must not be lost.
/// </summary>
public sealed class GuestKernelTests : IDisposable
{
    const int Requests = 4000, Watches = 40, Rounds = 8;

    readonly OneServer one = new();
    readonly ByteClient dom0;
    readonly Thread loop;
    volatile bool stopping;

    public static IEnumerable<object[]> Kernels => Habits.All.Select(habits => new object[] { habits.Name });

    public GuestKernelTests()
    {
        dom0 = one.Connect();
        Ask(MessageType.Introduce, "1\01\05\0");
        Ask(MessageType.Write, "/local/domain/1/long\0" + new string('v', 1900));
        Ask(MessageType.Write, "/local/domain/1/short\0" + new string('v', 900));
        foreach (string name in new[] { new string('x', 2040), new string('y', 2040), new string('z', 13) })
            Ask(MessageType.Mkdir, $"/local/domain/1/full/{name}\0");
        for (int i = 0; i < Watches; i++)
            Ask(MessageType.Mkdir, $"/local/domain/1/w{i}\0");
        string[] nodes = ["", "/long", "/short", "/full", .. Enumerable.Range(0, Watches).Select(i => $"/w{i}")];
        foreach (string node in nodes)
            Ask(MessageType.SetPerms, $"/local/domain/1{node}\0r1\0");
        loop = new(() =>
        {
            while (!stopping)
                one.TurnOnce(milliseconds: 20);
        });
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void No_request_and_no_reply_waits_for_an_announcement_that_never_comes(string kernel)
    {
        using var guest = Boot(kernel, out var habits);
        for (int i = 0; i < Requests; i++)
        {
            string wanted = (i % 4, habits.InPieces) switch { (0, true) => "long\0", (0, false) => "short\0", _ => "" };
            string reply = wanted == "" ? guest.Ask(MessageType.GetDomainPath, "1\0") : guest.Ask(MessageType.Read, wanted);
            Assert.Equal(wanted == "" ? "/local/domain/1\0" : new string('v', wanted == "long\0" ? 1900 : 900), reply);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void More_events_than_the_ring_holds_all_arrive_while_the_guest_says_nothing(string kernel)
    {
        using var guest = Boot(kernel, out var habits);
        string[] expected = Enumerable.Range(0, Watches).Select(i => $"w{i}\0{habits.Token(i)}\0").ToArray();
        var heard = new List<string>();
        for (int i = 0; i < Watches; i++)
            Assert.Equal("OK\0", guest.Ask(MessageType.Watch, expected[i], heard.Add));
        for (int round = 0; round <= Rounds; round++)
        {
            while (heard.Count < Watches)
                heard.Add(guest.Receive().Payload);
            Assert.Equal(expected, heard); // each once, in order: the first round's are those that a watch begins with
            heard.Clear();
            if (round < Rounds)
                one.Server.Loop.Post(() =>
                {
                    for (int i = 0; i < Watches; i++)
                        dom0.Input.AddRange(SplitTests.Message(MessageType.Write, 1, $"/local/domain/1/w{i}\0{round}"));
                    one.Server.Queues.Wake(dom0.Connection);
                });
        }
        Assert.Equal("/local/domain/1\0", guest.Ask(MessageType.GetDomainPath, "1\0"));
        Halt();
        Assert.False(one.Server.Scheduler.EndIteration());
        Assert.Null(one.Server.Loop.Timers.Next); // nothing waits
    }

    // A list of exactly 4096 bytes is of the protocol, as C sends it (docs/conformance.md).
    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_longest_reply_arrives_where_a_kernel_takes_pieces(string kernel)
    {
        using var guest = Boot(kernel, out var habits);
        if (habits.InPieces)
            Assert.Equal(4096, guest.Ask(MessageType.Directory, "full\0").Length);
        else
            Assert.Equal("ENOENT\0", guest.Ask(MessageType.Directory, "none\0"));
    }

    [Fact]
    public void A_guest_that_never_reads_is_looked_at_once_a_second_and_the_others_are_served()
    {
        dom0.Output.Clear();
        var guest = Connection.Of(one.Server.Store.Domains.Find(1)!.Session)!;
        for (int i = 0; i < 200; i++)
            one.Server.Store.Outbox.Event(guest.Session, new byte[100], merges: false, cause: null);
        one.Turn();
        Assert.False(one.Server.Scheduler.EndIteration());
        Assert.InRange(one.Server.Loop.Timers.Next!.Value - one.Server.Loop.Now, 1, SpacePoll.LongestPauseMs);
        Ask(MessageType.Read, "/none\0");
        Assert.NotEmpty(dom0.Output);
        Ask(MessageType.Release, "1\0");
        one.Turn();
        Assert.Equal(ConnectionState.Closed, guest.State);
    }

    [Fact]
    public void Events_that_nobody_reads_expire_without_another_word_of_the_guest()
    {
        using var other = new OneServer("--timeout", "watch-event=1");
        other.Deliver(other.Connect(), SplitTests.Message(MessageType.Introduce, 1, "1\01\05\0"));
        var guest = Connection.Of(other.Server.Store.Domains.Find(1)!.Session)!;
        for (int i = 0; i < 200; i++)
            other.Server.Store.Outbox.Event(guest.Session, new byte[100], merges: false, cause: null);
        for (var waited = Stopwatch.StartNew(); guest.Counters.EventsExpired == 0; other.TurnOnce(milliseconds: 60_000))
            Assert.True(waited.ElapsedMilliseconds < 60_000, "nothing expired");
        Assert.InRange(guest.Out.Bytes, 0, 116); // at most the one whose beginning is in the ring
    }

    [Fact]
    public void The_pause_doubles_while_nothing_is_read_and_ends_with_what_waits()
    {
        long now = 5;
        int looks = 0;
        using var clockwork = new EventLoop(() => now);
        var poll = new SpacePoll(clockwork, () => looks++);
        poll.Note(isWaiting: true, hasRead: true);
        Assert.Equal([100, 200, 400, 800, 1000, 1000], Pauses(6));
        poll.Note(isWaiting: true, hasRead: false); // something more was queued
        Assert.Equal([1000], Pauses(1));
        poll.Note(isWaiting: true, hasRead: true);
        Assert.Equal([100, 200], Pauses(2));
        poll.Note(isWaiting: false, hasRead: true);
        Assert.Null(clockwork.Timers.Next);
        poll.Note(isWaiting: true, hasRead: false);
        Assert.Equal([100], Pauses(1));

        long[] Pauses(int count) => [.. Enumerable.Range(0, count).Select(_ =>
        {
            long pause = clockwork.Timers.Next!.Value - now;
            int before = looks;
            Pass(pause - 1);
            Assert.Equal(before, looks);
            Pass(1);
            Assert.Equal(before + 1, looks);
            poll.Note(isWaiting: true, hasRead: false);
            return pause;
        })];

        void Pass(long milliseconds)
        {
            now += milliseconds;
            clockwork.Iterate(mayWait: false, () => false);
        }
    }

    [Fact]
    public void A_ring_that_was_reset_meanwhile_is_not_looked_at_for_ever()
    {
        var guest = Connection.Of(one.Server.Store.Domains.Find(1)!.Session)!;
        for (int i = 0; i < 200; i++)
            one.Server.Store.Outbox.Event(guest.Session, new byte[100], merges: false, cause: null);
        one.Turn();
        Assert.NotNull(one.Server.Loop.Timers.Next);
        one.Server.Ends.Ignore(guest, RingFault.Protocol, "the test wants it");
        for (var waited = Stopwatch.StartNew(); one.Server.Loop.Timers.Next is not null; one.TurnOnce(milliseconds: 60_000))
            Assert.True(waited.ElapsedMilliseconds < 60_000, "its ring is looked at still");
    }

    public void Dispose()
    {
        Halt();
        one.Dispose();
    }

    GuestKernel Boot(string kernel, out Habits habits)
    {
        habits = Habits.All.Single(candidate => candidate.Name == kernel);
        var guest = new GuestKernel(habits, one.HypervisorFolder, domid: 1, port: 5);
        loop.Start();
        return guest;
    }

    void Halt()
    {
        stopping = true;
        if (loop.IsAlive)
            loop.Join();
        one.Turn();
    }

    void Ask(MessageType type, string payload) => one.Deliver(dom0, SplitTests.Message(type, 1, payload));
}
