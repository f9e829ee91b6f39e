using Xen.Linux;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Connections.State;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Support;

/// <summary>Guest 1 on its simulated page, against a server in this process.</summary>
sealed class RingGuest : IDisposable
{
    readonly OneServer one;
    readonly ByteClient dom0;
    readonly Mapping mapping;

    /// <summary>Introduces it.</summary>
    internal RingGuest(OneServer one)
    {
        this.one = one;
        dom0 = one.Connect();
        Ask(MessageType.Introduce, "1\01\05\0");
        using var file = FileDescriptor.OpenOrCreate(Path.Combine(one.HypervisorFolder, "ring.1"));
        mapping = new(file, StorePage.Size, "ring.1");
        Connection = Connection.Of(one.Server.Store.Domains.Find(1)!.Session)!;
    }

    internal Connection Connection { get; }

    internal Span<byte> Bytes => mapping.Bytes(StorePage.Size);

    internal StorePage Page => new(Bytes);

    /// <summary>A client on the socket asks for something.</summary>
    internal void Ask(MessageType type, string payload) => one.Deliver(dom0, SplitTests.Message(type, 2, payload));

    /// <summary>Puts bytes into the ring, and notifies the server.</summary>
    internal void Send(ReadOnlySpan<byte> bytes)
    {
        Assert.Equal(bytes.Length, Page.Requests.Put(bytes));
        Turn();
    }

    /// <summary>Takes all that the server has for it.</summary>
    internal byte[] Receive()
    {
        var all = new List<byte>();
        Span<byte> some = stackalloc byte[StorePage.RingSize];
        while (Page.Replies.Peek(some) is > 0 and var count)
        {
            Page.Replies.Advance(count);
            all.AddRange(some[..count]);
            Turn();
        }
        return [.. all];
    }

    /// <summary>Empties both rings at another place of theirs, as hvmloader does at the first.</summary>
    internal void MoveRings(uint index)
    {
        for (int field = 0; field < 4; field++)
            BitConverter.TryWriteBytes(Bytes[(2 * StorePage.RingSize + field * sizeof(uint))..], index);
    }

    public void Dispose() => mapping.Dispose();

    void Turn()
    {
        one.Server.Queues.Wake(Connection);
        one.Turn();
    }
}
