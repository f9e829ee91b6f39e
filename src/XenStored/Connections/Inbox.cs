using Xen.Protocol.Wire;
using XenStored.Clients.Limits;
using XenStored.Commands;
using XenStored.Connections.State;
using XenStored.Connections.Transports;
using XenStored.Logs;
using XenStored.Store;

namespace XenStored.Connections;

/// <summary>
/// Reads a connection's bytes, cuts them into messages and has these served. Replies and events leave by the <see cref="Outbox"/>.
/// </summary>
sealed class Inbox(
    XenStore store, Dispatcher dispatcher, Gates gates, ConnectionEnds ends, ConnectionQueues queues, Trace trace, Totals totals,
    PathSamples samples)
{
    /// <summary>
    /// How often the rest of a guest's message is looked for before waiting for a notification. Linux puts header and payload into the ring
    /// one after the other and notifies after the first. Without this each request would wake the daemon twice and the guest twice.
    /// </summary>
    const int MostLingers = 3;

    readonly byte[] buffer = new byte[64 * 1024]; // for one connection after the other

    /// <summary>Serves up to <paramref name="budget"/> messages. Returns how many it served.</summary>
    /// <param name="next">When to serve the connection again.</param>
    internal int Serve(Connection connection, int budget, out NextService next)
    {
        next = NextService.WhenReady;
        if (!connection.IsServed && connection.State != ConnectionState.Ignored)
            return 0;
        if (connection.Transport.WantsReconnection) // also a guest that is ignored or held by a gate may ask for that
        {
            ends.Reconnect(connection);
            return 0;
        }
        if (connection.State == ConnectionState.Ignored)
            return 0;
        if (gates.ClosedFor(connection) != Gate.None)
        {
            next = NextService.WhenAdmitted;
            return 0;
        }
        int kept = connection.In.Take(buffer), capacity = Math.Min(buffer.Length - kept, MostAtOnce(connection));
        int read = Read(connection, buffer.AsSpan(kept, capacity), kept, out var end);
        var rest = buffer.AsSpan(0, kept + read);
        int served = 0;
        if (HandleMessages(connection, ref rest, budget, ref served) is not { } frame)
            return served;
        next = frame switch
        {
            Frame.Whole => KeepMessages(connection, rest, end),
            Frame.Incomplete => KeepPart(connection, rest, isFresh: kept == 0, mayBeMore: read == capacity, end),
            _ => Violated(connection),
        };
        return served;
    }

    // Bytes to read at once. Few messages of a reader (a client of the read-only socket) are served at once, and all that is read and not
    // served has to be recorded.
    int MostAtOnce(Connection connection) => connection.Session.IsReader ? WireLimits.Message : buffer.Length;

    // Reads more, unless a whole message may be there already or the client has ended.
    int Read(Connection connection, Span<byte> into, int kept, out TransferEnd end)
    {
        end = connection.State == ConnectionState.Ending ? TransferEnd.Closed : TransferEnd.Fine;
        if (connection.State == ConnectionState.Ending || kept >= WireLimits.Message)
            return 0;
        int read = connection.Transport.Read(into, out end);
        if (read > 0)
            queues.FlushAfterIteration(connection); // a guest may wait for the space that reading frees
        connection.Counters.BytesIn += read;
        return read;
    }

    // Serves messages until one may not be served now, and moves the bytes there. Returns what stands there; null: a request has reset or
    // closed its own connection.
    Frame? HandleMessages(Connection connection, ref Span<byte> bytes, int budget, ref int served)
    {
        int resetsBefore = connection.Resets;
        while (true)
        {
            var frame = MessageFramer.Next(bytes, out var header, out int size);
            if (frame != Frame.Whole || served == budget || served > 0 && gates.ClosedFor(connection) != Gate.None)
                return frame;
            connection.WantsTransaction = gates.DelaysTransaction(connection, header, isLast: bytes.Length == size);
            if (connection.WantsTransaction)
                return frame;
            Handle(connection, header, bytes.Slice(MessageHeader.Size, (int)header.Length));
            bytes = bytes[size..];
            served++;
            if (connection.Resets != resetsBefore || !connection.IsServed)
                return null;
        }
    }

    /// <summary>Serves one message.</summary>
    internal void Handle(Connection connection, MessageHeader header, ReadOnlySpan<byte> payload)
    {
        trace.Message("IN", connection, connection.Session.Domain.Id, header.Type, payload);
        totals.Count(header.Type); // before it is served: a request for the status finds itself in it
        connection.Counters.Count(header.Type);
        gates.ChargeIfReader(connection, header);
        if (samples.AreTaken)
            samples.See(connection.Session.Domain, header.Type, payload, store.Now);
        connection.BeginNextRequest(); // what is queued from now on belongs to it
        var error = dispatcher.Handle(connection.Session, header, payload);
        connection.BeginNextRequest(); // what is queued between two requests belongs to neither
        if (error != XsError.None)
            CountError(connection.Counters, error);
        Warn(connection);
        if (error == XsError.None)
            gates.ChargeIfDisturbing(connection, header);
    }

    // Its budget is used up or a gate has closed: keeps the messages that were not served.
    NextService KeepMessages(Connection connection, ReadOnlySpan<byte> rest, TransferEnd end)
    {
        connection.In.Lingered = 0;
        bool transportKeepsIt = connection.Transport.EndRead(unserved: rest.Length);
        if (!transportKeepsIt)
            connection.In.Keep(rest);
        if (end == TransferEnd.Closed)
            connection.End();
        return gates.ClosedFor(connection) == Gate.None ? NextService.AtOnce : NextService.WhenAdmitted;
    }

    // All whole messages are served. A part of a message is kept here, because a message may be longer than a ring. But if the rest may
    // come in a moment, the part stays in the ring.
    NextService KeepPart(Connection connection, ReadOnlySpan<byte> part, bool isFresh, bool mayBeMore, TransferEnd end)
    {
        var (input, transport) = (connection.In, connection.Transport);
        bool lingers = isFresh && !part.IsEmpty && end == TransferEnd.Fine && transport.MayLinger && input.Lingered < MostLingers;
        input.Lingered = lingers ? input.Lingered + 1 : 0;
        bool transportKeepsIt = transport.EndRead(unserved: lingers ? part.Length : 0) && lingers;
        if (end != TransferEnd.Fine)
        {
            ends.Ended(connection, end);
            return NextService.WhenReady;
        }
        if (!transportKeepsIt)
            input.Keep(part);
        return lingers || mayBeMore || transport.HasMore ? NextService.AtOnce : NextService.WhenReady;
    }

    NextService Violated(Connection connection)
    {
        connection.In.Lingered = 0;
        connection.Transport.EndRead(unserved: 0);
        ends.Violated(connection);
        return NextService.WhenReady;
    }

    void CountError(Counters counters, XsError error)
    {
        counters.Errors++;
        totals.Errors++;
        if (error != XsError.EAGAIN)
            return;
        counters.Again++;
        totals.Again++;
    }

    // Logs what an administrator should know about a client after one of its requests.
    static void Warn(Connection connection)
    {
        var domain = connection.Session.Domain;
        long bytes = domain.Account.Memory.Now;
        if (connection.IsLimited && !domain.Admits(Quota.SoftMemory, bytes))
            connection.Log.OverSoftLimit(bytes);
    }
}
