using Xen.Linux;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Connections.State;
using XenStored.Store;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Connections;

/// <summary>
/// Security advisories of which messages alone tell too little: what is left in memory, and what is left when the domain is gone.
/// </summary>
[Collection(Alone)] // it measures the memory of the whole process: nothing else may run in it then
public sealed class AdvisoryTests : IDisposable
{
    const string Alone = "alone";

    readonly OneServer one = new();
    readonly ByteClient dom0;
    readonly Mapping page;
    readonly Connection guest;
    readonly long home; // bytes that it is charged for its home

    public AdvisoryTests()
    {
        dom0 = one.Connect();
        Ask(MessageType.Introduce, "1\01\05\0");
        Ask(MessageType.Mkdir, "/local/domain/1\0");
        Ask(MessageType.SetPerms, "/local/domain/1\0n1\0");
        using var file = FileDescriptor.OpenOrCreate(Path.Combine(one.HypervisorFolder, "ring.1"));
        page = new(file, StorePage.Size, "ring.1");
        guest = Connection.Of(one.Server.Store.Domains.Find(1)!.Session)!;
        home = guest.Session.Domain.Account.Memory.Now;
    }

    public void Dispose()
    {
        page.Dispose();
        one.Dispose();
    }

    [Fact]
    public void XSA_512_watches_and_a_reconnection_ten_thousand_times_leave_nothing()
    {
        const int Watches = 128, Times = 10_000;
        byte[][] requests = Enumerable.Range(0, Watches).Select(i => SplitTests.Message(MessageType.Watch, 1, $"w/{i}\0t\0")).ToArray();
        long memory = 0, store = 0;
        for (int round = 0; round < Times; round++)
        {
            for (int next = 0; next < Watches;)
            {
                while (next < Watches && Page.Requests.Free >= requests[next].Length)
                    Page.Requests.Put(requests[next++]);
                Serve();
            }
            for (int i = 0; i < Watches && guest.Session.Watches.Count < Watches; i++)
                Serve();
            Assert.Equal(Watches, guest.Session.Watches.Count);
            Reconnect();
            Assert.Empty(guest.Session.Watches);
            Assert.Equal(0, one.Server.Store.Watches.Count);
            Assert.Equal(0, guest.Session.Domain.Account.Watches.Now);
            Assert.Equal(home, guest.Session.Domain.Account.Memory.Now);
            if (round == Times / 10)
                (memory, store) = (GC.GetTotalMemory(forceFullCollection: true), one.Server.Store.Memory.Bytes.Live);
        }
        Assert.Null(one.Server.Store.Watches.At("/local/domain/1"u8));
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(after, 0, memory + (256 << 10)); // a leak of one watch a time would be 900 KB and more
        Assert.Equal(store, one.Server.Store.Memory.Bytes.Live);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void XSA_484_a_fault_or_a_reconnection_with_open_transactions_and_then_death_leaves_nothing(bool isFault)
    {
        Send(SplitTests.Message(MessageType.TransactionStart, 1, "\0")); // the record under which all logs of transactions are stays
        Send(SplitTests.Message(MessageType.ResetWatches, 1, "\0"));
        long before = Settled();
        for (int i = 2; i <= 4; i++)
        {
            Send(SplitTests.Message(MessageType.TransactionStart, 1, "\0"));
            Send(SplitTests.Message(MessageType.Write, 1, $"x{i}\0" + new string('v', 500), (uint)i));
        }
        Send(SplitTests.Message(MessageType.Watch, 1, "x\0t\0"));
        Assert.Equal(3, one.Server.Store.Transactions.Open);
        if (isFault)
            BitConverter.TryWriteBytes(page.Bytes(StorePage.Size)[2052..], 0x8000_0000u);
        else
            Reconnect();
        Serve();
        Assert.Equal(isFault, guest.State == ConnectionState.Ignored);
        Assert.Equal(0, one.Server.Store.Transactions.Open);
        Assert.Equal(0, one.Server.Store.Watches.Count);
        Assert.Equal(home, guest.Session.Domain.Account.Memory.Now);

        one.Server.Store.DomainLife.Gone(1);
        Serve();
        Assert.Equal(ConnectionState.Closed, guest.State);
        Assert.Null(one.Server.Store.Domains.Find(1));
        Assert.Null(Audit.FirstFault(one.Server.Store));
        Assert.InRange(Settled(), 0, before); // its home is gone as well
    }

    [Fact]
    public void A_transaction_s_number_stays_one_that_OCaml_s_clients_can_read()
    {
        guest.Session.LastTransaction = int.MaxValue - 1;
        Send(SplitTests.Message(MessageType.TransactionStart, 1, "\0"));
        Send(SplitTests.Message(MessageType.TransactionStart, 1, "\0"));
        Assert.True(guest.Session.TryTransaction(int.MaxValue, out _));
        Assert.True(guest.Session.TryTransaction(1, out _));
    }

    StorePage Page => new(page.Bytes(StorePage.Size));

    long Settled()
    {
        one.Turn();
        Audit.FirstFault(one.Server.Store);
        one.Turn();
        return one.Server.Store.Memory.Bytes.Live;
    }

    void Send(ReadOnlySpan<byte> bytes)
    {
        Assert.Equal(bytes.Length, Page.Requests.Put(bytes));
        Serve();
    }

    // The guest takes what it is answered, and the server has a turn.
    void Serve()
    {
        byte[] taken = new byte[StorePage.RingSize];
        Page.Replies.Advance(Math.Max(Page.Replies.Peek(taken), 0));
        one.Server.Queues.Wake(guest);
        one.Server.Scheduler.EndIteration();
    }

    void Reconnect()
    {
        BitConverter.TryWriteBytes(page.Bytes(StorePage.Size)[2068..], 1);
        one.Server.Queues.Wake(guest);
        one.Server.Scheduler.EndIteration();
        Assert.False(Page.WantsReconnection);
    }

    void Ask(MessageType type, string payload) => one.Deliver(dom0, SplitTests.Message(type, 1, payload));

    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class AloneDefinition;
}
