using Xen.Linux.Loop;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Connections.State;
using XenStored.Connections.Transports;
using XenStored.Crashes;
using XenStored.Logs;
using XenStored.Options;
using XenStored.Surroundings;

namespace XenStored.Connections;

/// <summary>
/// The way out: the store's replies and events go into the clients' queues, and at the end of the iteration to the clients.
/// </summary>
sealed class Outbox(EventLoop loop, ConnectionQueues queues, ConnectionRecords records, Trace trace, StoreOptions options) : IOutbox
{
    /// <summary>Bytes that may wait for a reader. It is closed then, because it would not know what it has missed.</summary>
    const int MostOfReader = 256 * 1024;

    readonly List<Connection> sending = []; // in this iteration
    readonly List<(Connection Connection, IKeptTransport Transport)> sent = []; // after the last publish

    /// <inheritdoc/>
    public void Reply(Session to, MessageHeader request, MessageType type, ReadOnlySpan<byte> payload)
    {
        var connection = Connection.Of(to)!;
        var outstanding = connection.OutstandingRequest(); // a guest's quota counts it until its last part is delivered
        if (connection.State is ConnectionState.Closed or ConnectionState.Ignored)
        {
            outstanding?.PartDone();
            return;
        }
        Span<byte> header = stackalloc byte[MessageHeader.Size];
        request.Reply(type, payload.Length).Write(header);
        connection.Out.AddReply(header, payload, outstanding);
        connection.Charge(header.Length + payload.Length);
        queues.FlushAfterIteration(connection);
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
        var outstanding = Connection.Of(cause)?.OutstandingRequest();
        bool expires = connection.IsLimited && options.EventTimeoutMs > 0;
        long? deadline = expires ? loop.Now + options.EventTimeoutMs : null;
        if (!connection.Out.AddEvent(header, payload, merges, outstanding, deadline))
        {
            connection.Counters.EventsMerged++;
            return;
        }
        outstanding?.AddEvent();
        connection.Counters.Events++;
        connection.Charge(length);
        queues.FlushAfterIteration(connection);
        trace.Message("OUT", connection, to.Domain.Id, MessageType.WatchEvent, payload);
        int most = to.IsReader ? Math.Min(MostOfReader, options.SocketQueueBytes) : options.SocketQueueBytes;
        if (to.IsSocket && connection.Out.Bytes > most && queues.CloseAfterIteration(connection))
            connection.Log.Closed($"it does not read: {connection.Out.Bytes} bytes wait for it");
    }

    /// <summary>
    /// Before the publish: puts what guests get into their rings, where they do not see it yet. Records what clients on the socket were
    /// sent after the last publish, and what still waits for anybody.
    /// </summary>
    internal void PlaceInRings(ConnectionEnds ends)
    {
        foreach (var (connection, transport) in sent)
            if (connection.State != ConnectionState.Closed)
                transport.RecordProgress();
        sent.Clear();
        for (int left = queues.Unrecorded.Count; left > 0; left--)
            Record(queues.Unrecorded.Take());
        sending.Clear();
        while (queues.Dirty.Count > 0)
        {
            var connection = queues.Dirty.Take();
            sending.Add(connection);
            if (connection.Transport.ShowsLater) // a guest's ring
                Write(connection, ends);
            Record(connection);
        }
    }

    // If there is no memory for it, the next iteration tries again. Nothing starts an iteration for that.
    void Record(Connection connection)
    {
        if (connection.State != ConnectionState.Closed && !records.Write(connection))
            queues.Unrecorded.Add(connection);
    }

    /// <summary>
    /// After the publish: shows guests what is in their rings, sends to clients on the socket, and closes what is to be closed. That may
    /// open gates of guests, which are served in the next iteration.
    /// </summary>
    internal void ShowAndSend(ConnectionEnds ends)
    {
        foreach (var connection in sending)
            if (connection.State != ConnectionState.Closed)
                connection.Transport.EmptyRingIfReconnecting();
        Crash.At(CrashPoint.IterationHasSettled);
        foreach (var connection in sending)
            Send(connection, ends);
        for (int i = 0; i < queues.Doomed.Count; i++)
            ends.Close(queues.Doomed[i]);
        queues.Doomed.Clear();
    }

    // Sends as much as the connection takes, and waits for what the connection may do next.
    void Send(Connection connection, ConnectionEnds ends)
    {
        if (!connection.Transport.ShowsLater)
        {
            Write(connection, ends);
            if (connection.Transport is IKeptTransport { Slot: not null } transport)
                sent.Add((connection, transport));
        }
        if (connection.State == ConnectionState.Closed)
            return;
        bool isHeld = queues.Deferred.Has(connection) || connection.Session.IsReader && queues.Held.Has(connection);
        bool mayRead = connection is { State: not ConnectionState.Ending, WantsTransaction: false }
            && !isHeld && Gates.HasFreeOutput(connection);
        // Now a guest sees its replies and is notified. A socket's readiness is watched again.
        var possible = connection.Transport.ShowMoves(hasMore: !connection.Out.IsEmpty, wantsRead: mayRead);
        if ((possible & Readiness.Read) != 0)
            queues.MarkReady(connection);
        if ((possible & Readiness.Write) != 0 || connection.Recorded.IsBehind(connection.Out.Sent))
            queues.FlushAfterIteration(connection);
    }

    // Writes as much as the transport takes, and drops the events whose time is over.
    void Write(Connection connection, ConnectionEnds ends)
    {
        if (connection.State == ConnectionState.Closed)
            return;
        int before = connection.Out.Bytes;
        var end = connection.Out.Write(connection.Transport);
        int written = before - connection.Out.Bytes;
        connection.Counters.BytesOut += written;
        connection.Charge(-written);
        if (end != TransferEnd.Fine)
        {
            ends.Ended(connection, end);
            return;
        }
        before = connection.Out.Bytes;
        connection.Counters.EventsExpired += connection.Out.Expire(loop.Now);
        connection.Charge(connection.Out.Bytes - before);
    }

    // Whether too much waits for a client, so that it gets no more events.
    bool Drops(Connection connection, int length)
    {
        var session = connection.Session;
        if (connection.IsLimited && session.Domain.Account.Memory.Now is var bytes
            && !session.Domain.Admits(Quota.Memory, bytes + length))
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
