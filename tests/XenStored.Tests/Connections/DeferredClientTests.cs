using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Xen.Protocol.Wire;
using XenStored.Connections.Sources;
using XenStored.Store.Committing;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Connections;

/// <summary>A client on the socket that waits because another one has priority.</summary>
public sealed class DeferredClientTests : IDisposable
{
    const int LossesForASecond = StarvationGuard.Patience + 6; // the longest priority: 20 ms, six times doubled, and then cut

    readonly TempFolder folder = TempFolder.InMemory();
    readonly OneServer one = new();
    readonly SocketListener listener;
    readonly ByteClient holder;

    public DeferredClientTests()
    {
        holder = one.Connect();
        listener = new(
            one.Server.Loop, one.Server.Clients, one.Server.Connections, folder.File("socket"), kept: null, limit: 10, NullLogger.Instance);
    }

    public void Dispose()
    {
        listener.Dispose();
        one.Dispose();
        folder.Dispose();
    }

    // Found by a review: the kernel reports a hang-up also to who wants nothing, so the loop went round without a pause.
    [Fact]
    public void One_that_hangs_up_does_not_wake_the_loop_until_the_priority_ends()
    {
        using var client = Connect();
        Assert.Equal(2, one.Server.Connections.SocketCount);
        holder.Connection.Session.Losses = LossesForASecond;
        Begin();
        Assert.NotNull(one.Server.Store.StarvationGuard.Holder);
        Ask(client);
        Assert.Equal(1, one.Server.Queues.Deferred.Count);
        client.Close();
        int iterations = 0;
        for (; one.Server.Store.StarvationGuard.Holder is not null; iterations++)
            one.TurnOnce(LimitMs);
        Assert.InRange(iterations, 1, 10); // thousands, if it wakes the loop
        one.Turn();
        Assert.Equal(1, one.Server.Connections.SocketCount); // it is not forgotten
    }

    [Fact]
    public void One_that_stays_is_served_when_the_priority_ends()
    {
        using var client = Connect();
        holder.Connection.Session.Losses = LossesForASecond;
        Begin();
        Ask(client);
        Assert.Equal(0, client.Available);
        End();
        Take(client);
        Ask(client);
        Take(client);
    }

    // All that a test does within a priority was done before it, so that code which runs for the first time costs none of its second.
    Socket Connect()
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(folder.File("socket")));
        Begin();
        Ask(client);
        Take(client);
        End();
        return client;
    }

    static void Take(Socket client)
    {
        Assert.NotEqual(0, client.Available);
        client.Receive(new byte[4096]);
    }

    void Ask(Socket client)
    {
        client.Send(SplitTests.Message(MessageType.GetDomainPath, 1, "1\0"));
        one.Turn();
    }

    void Begin() => one.Deliver(holder, SplitTests.Message(MessageType.TransactionStart, 1, "\0"));

    void End() => one.Deliver(holder,
        SplitTests.Message(MessageType.TransactionEnd, 1, "F\0", holder.Connection.Session.LastTransaction));
}
