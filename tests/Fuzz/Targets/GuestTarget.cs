using Microsoft.Extensions.Logging.Abstractions;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Clients.Limits;
using XenStored.Connections.State;
using XenStored.Daemon;
using XenStored.Logs;
using XenStored.Options;
using XenStored.Store;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Fuzz.Targets;

/// <summary>
/// A guest at the whole server, through its page. If the first byte is even, the bytes are written anywhere into the page, piece by piece,
/// with the server's turns between: afterwards the store is whole and dom0's node is as it was. If it is odd, they are a script of
/// <see cref="Messages"/>, which the guest sends in pieces as a sound one does: it gets the replies that a store without rings gives.
/// </summary>
sealed class GuestTarget : ITarget
{
    const ushort Guest = 1;
    const int MostTurns = 20_000, MostIdleTurns = 8;

    static ReadOnlySpan<byte> Home => "/local/domain/1"u8;
    static ReadOnlySpan<byte> Secret => "/secret"u8;

    readonly TempFolder folder = TempFolder.InMemory();
    readonly EventLoop loop;
    readonly StoreMemory memory, twins;
    readonly HypervisorInterface hypervisor;
    readonly Trace trace = new();
    readonly Server server;
    readonly Twin twin;
    readonly Messages messages = new();
    byte[] replies = new byte[64 * 1024];
    Mapping? page;
    int replied;
    long now;

    public GuestTarget()
    {
        loop = new(() => now);
        memory = new(folder.File("store"), 64 << 20, 0);
        var guest = new OneGuest(() => page = Mapping.Anonymous(GuestPage.Size));
        hypervisor = HypervisorChoice.None() with { EventChannels = guest, GuestMemory = guest };
        server = new(loop, memory, hypervisor, StoreOptions.Parse([]), trace, NullLogger.Instance);
        server.DomainEvents.Start();
        twins = new(folder.File("twin"), 64 << 20, 0);
        twin = new(twins, loop);
        foreach (var store in new[] { server.Store, twin.Store })
        {
            Make(store, Secret, new(0, Access.None));
            Make(store, "/local/domain"u8, new(0, Access.None));
        }
    }

    Span<byte> Page => page!.Bytes(GuestPage.Size);
    ByteRing Requests => new StorePage(Page).Requests;
    ByteRing Replies => new StorePage(Page).Replies;

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;
        now += 60_000; // what an earlier input has used up of any rate is forgotten
        foreach (var store in new[] { server.Store, twin.Store })
        {
            Differs.From(0, (int)store.DomainLife.Introduce(Guest, 1), "introduce");
            Make(store, Home, new(Guest, Access.None));
        }
        Turn();
        if (input[0] % 2 == 0)
            Write(input[1..]);
        else
            Converse(messages.Of(input[1..]), piece: input[0] / 2);
        Check();
        foreach (var store in new[] { server.Store, twin.Store })
            Differs.From(0, (int)store.DomainLife.Release(Guest), "release");
        Turn();
        twin.Store.Publisher.PublishAndReclaim(1000);
    }

    public void Dispose()
    {
        server.Ends.CloseAll();
        trace.Dispose();
        hypervisor.Dispose();
        loop.Dispose();
        memory.Dispose();
        twins.Dispose();
        folder.Dispose();
    }

    static void Make(XenStore store, ReadOnlySpan<byte> name, Permission owner)
    {
        var walk = new Walk(store.Memory.Blocks);
        var path = StorePath.Trusted(name);
        walk.To(store.Memory.Root, path);
        if (walk.Found)
            return;
        Differs.Unless(store.Changes.TryMake(Change.Create(walk, path, [owner], name), firesWatches: false), "no memory for a node");
    }

    void Turn() => loop.Iterate(mayWait: false, server.Scheduler.EndIteration);

    void Knock()
    {
        if (Connection.Of(server.Store.Domains.Find(Guest)?.Session) is { } connection)
            server.Queues.Wake(connection);
        now++;
        Turn();
    }

    // Two bytes say where, one how many, then the bytes themselves. Every other place is among the indices.
    void Write(ReadOnlySpan<byte> pieces)
    {
        for (; pieces.Length >= 3; Knock())
        {
            int place = BitConverter.ToUInt16(pieces);
            int offset = place >= 0x8000 ? 2 * StorePage.RingSize + place % 32 : place % StorePage.Size;
            int length = Math.Min(Math.Min(pieces[2], pieces.Length - 3), StorePage.Size - offset);
            pieces.Slice(3, length).CopyTo(Page[offset..]);
            pieces = pieces[(3 + length)..];
        }
    }

    // The pieces are as long as the first byte says. The guest takes the replies in such pieces, too.
    void Converse(ReadOnlySpan<byte> stream, int piece)
    {
        replied = 0;
        twin.Forget();
        int most = 1 + piece % 64 * 17, idle = 0;
        var rest = stream;
        for (int turns = 0; idle < MostIdleTurns; turns++)
        {
            Differs.Unless(turns < MostTurns, "the guest gets no end of it");
            int put = Requests.Put(rest[..Math.Min(most, rest.Length)]), got = Take(most);
            rest = rest[put..];
            Knock();
            idle = put + got == 0 ? idle + 1 : 0;
        }
        var session = twin.Store.Domains.Find(Guest)!.Session!;
        while (MessageFramer.Next(stream, out var header, out int length) == Frame.Whole)
        {
            twin.Ask(session, header, stream[MessageHeader.Size..length]);
            stream = stream[length..];
        }
        Compare(replies.AsSpan(0, replied), twin.Replies);
    }

    int Take(int most)
    {
        if (replies.Length < replied + most)
            Array.Resize(ref replies, 2 * replies.Length + most);
        int got = Replies.Peek(replies.AsSpan(replied, most));
        Differs.Unless(got >= 0, "the daemon's own indices");
        Replies.Advance(got);
        replied += got;
        return got;
    }

    // Events are left out: how many of them are merged depends on when the guest reads.
    static void Compare(ReadOnlySpan<byte> got, ReadOnlySpan<byte> wanted)
    {
        while (!got.IsEmpty)
        {
            Differs.Unless(MessageFramer.Next(got, out var header, out int length) == Frame.Whole, "a part of a reply");
            if (header.Type != MessageType.WatchEvent)
            {
                Differs.Unless(MessageFramer.Next(wanted, out var own, out int wantedLength) == Frame.Whole, "a reply too many");
                Differs.Unless(own with { Length = 0 } == header with { Length = 0 }, "a reply's header");
                Differs.From(Lasting(wanted[..wantedLength], own), Lasting(got[..length], header), "a reply");
                wanted = wanted[wantedLength..];
            }
            got = got[length..];
        }
        Differs.Unless(wanted.IsEmpty, "a reply is missing");
    }

    // The generation of a directory is each store's own.
    static ReadOnlySpan<byte> Lasting(ReadOnlySpan<byte> reply, MessageHeader header)
    {
        var payload = reply[MessageHeader.Size..];
        return header.Type == MessageType.DirectoryPart ? payload[payload.IndexOf((byte)0)..] : payload;
    }

    void Check()
    {
        if (Audit.FirstFault(server.Store) is { } fault)
            throw new InvalidOperationException(fault);
        var walk = new Walk(memory.Blocks);
        walk.To(memory.Root, StorePath.Trusted(Secret));
        Differs.Unless(walk.Found && walk.Node.Value.SequenceEqual(Secret) && walk.Node.Owner == 0, "dom0's node is another one");
        var (domain, quotas) = (server.Store.Domains.Find(Guest)!, server.Store.Quotas);
        Differs.Unless(domain.Account.Nodes.Now <= quotas[Quota.Nodes], "the guest has more nodes than its quota");
        Differs.Unless(domain.Account.Watches.Now <= quotas[Quota.Watches], "the guest has more watches than its quota");
    }
}
