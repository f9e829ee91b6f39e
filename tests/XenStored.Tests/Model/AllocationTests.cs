using Microsoft.Extensions.Logging.Abstractions;
using System.Text;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Commands;
using XenStored.Handover;
using XenStored.Store;
using XenStored.Surroundings;
using XenStored.Tests.Support;
using XenStored.Tree.Storage;

namespace XenStored.Tests.Model;

/// <summary>
/// The requests that hosts make all the time cost the collector nothing: a change and its way through the store need no heap.
/// </summary>
public sealed class AllocationTests : IDisposable
{
    readonly Core doors = new();
    readonly TempFolder folder = TempFolder.InMemory();
    readonly StoreMemory memory;
    readonly XenStore store;
    readonly Dispatcher dispatcher;

    public AllocationTests()
    {
        memory = new(folder.File("store"), 64 << 20, 0);
        store = new(memory, doors, doors, new Silence());
        dispatcher = new(store, doors, new LiveUpdate(new(), store, null, new(folder.File("socket")), NullLogger.Instance));
    }

    public void Dispose()
    {
        memory.Dispose();
        folder.Dispose();
        doors.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_write_and_a_read_allocate_nothing(bool isPrivileged)
    {
        store.DomainLife.Introduce(1, 1);
        var dom0 = store.Sessions.Open(store.Domains.Home, isSocket: true);
        var session = isPrivileged ? dom0 : store.Domains.Find(1)!.Session!;
        byte[] write = Encoding.ASCII.GetBytes("/a/b/c\0value"), read = Encoding.ASCII.GetBytes("/a/b/c\0");
        Assert.Equal(XsError.None, Ask(dom0, MessageType.Write, write));
        Assert.Equal(XsError.None, Ask(dom0, MessageType.SetPerms, Encoding.ASCII.GetBytes("/a/b/c\0b1\0")));
        for (int i = 0; i < 100; i++)
            Both();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            Both();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Both()
        {
            if (Ask(session, MessageType.Write, write) != XsError.None || Ask(session, MessageType.Read, read) != XsError.None)
                throw new InvalidOperationException("refused");
            store.Publisher.PublishAndReclaim(100);
        }
    }

    XsError Ask(Session session, MessageType type, byte[] payload) =>
        dispatcher.Handle(session, new(type, 1, 0, (uint)payload.Length), payload);

    sealed class Silence : IOutbox
    {
        public void Reply(Session to, MessageHeader request, MessageType type, ReadOnlySpan<byte> payload) { }
        public void Event(Session to, ReadOnlySpan<byte> payload, bool merges, Session? cause) { }
    }
}
