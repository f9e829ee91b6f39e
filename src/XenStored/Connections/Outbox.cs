using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Connections.Output;
using XenStored.Logs;

namespace XenStored.Connections;

/// <summary>Puts the store's replies and events into the clients' queues. The scheduler sends them when the iteration ends.</summary>
sealed class Outbox(Server server) : IOutbox
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
        server.Scheduler.MarkDirty(connection);
        server.Trace.Message("OUT", connection, to.Domain.Id, type, payload);
    }

    /// <inheritdoc/>
    public void Event(Session to, ReadOnlySpan<byte> payload, bool merges, Session? cause)
    {
        if (Connection.Of(to) is not { IsServed: true } connection)
            return;
        int length = MessageHeader.Size + payload.Length;
        if (Drops(connection, to, length))
        {
            connection.Counters.EventsExpired++;
            return;
        }
        Span<byte> header = stackalloc byte[MessageHeader.Size];
        new MessageHeader(MessageType.WatchEvent, 0, 0, (uint)payload.Length).Write(header);
        var request = Connection.Of(cause) is { IsLimited: true } causing ? causing.BeginRequest() : null;
        bool expires = connection.IsLimited && server.Options.EventTimeoutMs > 0;
        long deadline = expires ? server.Loop.Now + server.Options.EventTimeoutMs : OutQueue.NoDeadline;
        if (!connection.Out.AddEvent(header, payload, merges, request, deadline))
        {
            connection.Counters.EventsMerged++;
            return;
        }
        request?.AddEvent();
        connection.Counters.Events++;
        connection.Charge(length);
        server.Scheduler.MarkDirty(connection);
        server.Trace.Message("OUT", connection, to.Domain.Id, MessageType.WatchEvent, payload);
        if (to.IsSocket && connection.Out.Bytes > server.Options.SocketQueueBytes)
            server.Doom(connection, $"it does not read: {connection.Out.Bytes} bytes wait for it");
    }

    // Whether too much waits for a client, so that it gets no more events.
    bool Drops(Connection connection, Session to, int length)
    {
        if (connection.IsLimited && !Quotas.Admits(to.Domain, Quota.Memory, to.Domain.Account.Memory.Now + length))
        {
            var account = to.Domain.Account;
            if (connection.MemoryLogBudget.TryTake(server.Loop.Now, out int swallowed))
                StoreLog.OverHardLimit(server.Logger, to.Domain.Id, account.Memory.Now, to.Domain.Limits[Quota.Memory], swallowed);
            return true;
        }
        if (!connection.IsLimited && !to.IsSocket && connection.Out.Bytes > server.Options.SocketQueueBytes)
        {
            // Our own kernel. Closing its connection would lose every backend. It still gets the events that wait already.
            if (connection.MemoryLogBudget.TryTake(server.Loop.Now, out int swallowed))
                StoreLog.KernelDoesNotRead(server.Logger, to.Name, to.Domain.Id, connection.Out.Bytes, swallowed);
            return true;
        }
        return false;
    }
}
