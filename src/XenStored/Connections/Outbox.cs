using Xen.Linux.Loop;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Connections.State;
using XenStored.Logs;
using XenStored.Options;

namespace XenStored.Connections;

/// <summary>Puts the store's replies and events into the clients' queues. The scheduler sends them when the iteration ends.</summary>
sealed class Outbox(EventLoop loop, ConnectionQueues queues, Trace trace, StoreOptions options) : IOutbox
{
    /// <inheritdoc/>
    public void Reply(Session to, MessageHeader request, MessageType type, ReadOnlySpan<byte> payload)
    {
        var connection = Connection.Of(to)!;
        var cause = connection.IsLimited ? connection.BeginRequest() : null;
        if (connection.State is ConnectionState.Closed or ConnectionState.Ignored)
        {
            cause?.PartDone();
            return;
        }
        Span<byte> header = stackalloc byte[MessageHeader.Size];
        request.Reply(type, payload.Length).Write(header);
        connection.Out.AddReply(header, payload, cause);
        connection.Charge(header.Length + payload.Length);
        queues.Dirty.Add(connection);
        trace.Message("OUT", connection, to.Domain.Id, type, payload);
    }

    /// <inheritdoc/>
    public void Event(Session to, ReadOnlySpan<byte> payload, bool merges, Session? cause)
    {
        if (Connection.Of(to) is not { IsServed: true } connection)
            return;
        int length = MessageHeader.Size + payload.Length;
        if (Drops(connection, length))
        {
            connection.Counters.EventsExpired++;
            return;
        }
        Span<byte> header = stackalloc byte[MessageHeader.Size];
        new MessageHeader(MessageType.WatchEvent, 0, 0, (uint)payload.Length).Write(header);
        var request = Connection.Of(cause) is { IsLimited: true } causing ? causing.BeginRequest() : null;
        bool expires = connection.IsLimited && options.EventTimeoutMs > 0;
        long? deadline = expires ? loop.Now + options.EventTimeoutMs : null;
        if (!connection.Out.AddEvent(header, payload, merges, request, deadline))
        {
            connection.Counters.EventsMerged++;
            return;
        }
        request?.AddEvent();
        connection.Counters.Events++;
        connection.Charge(length);
        queues.Dirty.Add(connection);
        trace.Message("OUT", connection, to.Domain.Id, MessageType.WatchEvent, payload);
        if (to.IsSocket && connection.Out.Bytes > options.SocketQueueBytes && queues.CloseAfterIteration(connection))
            connection.Log.Closed($"it does not read: {connection.Out.Bytes} bytes wait for it");
    }

    // Whether too much waits for a client, so that it gets no more events.
    bool Drops(Connection connection, int length)
    {
        var session = connection.Session;
        if (connection.IsLimited && session.Domain.Account.Memory.Now is var bytes
            && !Quotas.Admits(session.Domain, Quota.Memory, bytes + length))
        {
            connection.Log.OverHardLimit(bytes);
            return true;
        }
        if (!connection.IsLimited && !session.IsSocket && connection.Out.Bytes > options.SocketQueueBytes)
        {
            // Our own kernel. Closing its connection would lose every backend. It still gets the events that wait already.
            connection.Log.KernelDoesNotRead(connection.Out.Bytes);
            return true;
        }
        return false;
    }
}
