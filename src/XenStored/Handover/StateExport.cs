using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Connections.State;
using XenStored.Connections.Transports;
using XenStored.Store;
using XenStored.Streams;
using XenStored.Streams.Contents;

namespace XenStored.Handover;

/// <summary>Writes all that a store knows as a stream, which another xenstored can read.</summary>
static class StateExport
{
    /// <summary>The most bytes that a stream can give as the rest of a message.</summary>
    const int MostUnfinished = ushort.MaxValue;

    /// <summary>Writes the stream.</summary>
    /// <param name="listener">The descriptor of the listening socket; null: clients on the socket cannot be handed over.</param>
    /// <param name="eventChannels">The descriptor of the device with the bound ports; null: guests have to be bound anew.</param>
    /// <returns>What could not be said in this version of the stream.</returns>
    internal static StreamLosses Write(Stream stream, int version, XenStore store, int? listener, int? eventChannels)
    {
        var state = new StreamState { Listener = listener, EventChannels = eventChannels };
        foreach (var session in store.Sessions.All.OrderBy(session => session.Id))
            if (ConnectionOf(session, listener is not null) is { } connection)
                state.Connections.Add(connection);
        if (version > 1)
            AddLimits(state, store);
        return StateWriter.Write(stream, version, state, new NodeExport(store).Run);
    }

    static StreamConnection? ConnectionOf(Session session, bool withSockets)
    {
        var connection = Connection.Of(session);
        if (session.IsReader)
            return null; // the stream cannot say so, and the other program would let it write
        if (session.IsSocket && (!withSockets || connection is not { IsServed: true }))
            return null;
        byte[] output = new byte[connection?.Out.Bytes ?? 0];
        connection?.Out.CopyTo(output);
        var written = new StreamConnection((uint)session.Id)
        {
            Ring = session.IsSocket ? null : RingOf(session, connection?.Transport as RingTransport),
            Socket = (connection?.Transport as SocketTransport)?.Number,
            Input = connection?.In.Bytes.ToArray() ?? [],
            Output = output,
            UnfinishedOutput = Unfinished(output),
        };
        foreach (var watch in session.Watches.OrderBy(watch => watch.Order))
            written.Watches.Add(new(watch.Path[watch.HomeLength..], watch.Token, watch.Depth));
        return written;
    }

    static StreamRing RingOf(Session session, RingTransport? ring) =>
        new(session.Domain.Id, session.Domain.Target?.Id, (uint)Math.Max(ring?.Port ?? 0, 0))
        {
            UniqueId = session.Domain.Link is { UniqueId: > 0 and var unique } ? unique : null,
        };

    // Where the first whole message begins is not known of bytes that an earlier process had. All bytes up to the begin of any message can
    // be given as the rest of one. So that is all of them, or as many as can be said, if whole messages follow until the end.
    static int Unfinished(byte[] output)
    {
        if (output.Length <= MostUnfinished)
            return output.Length;
        for (int begin = MostUnfinished; begin > MostUnfinished - WireLimits.Message; begin--)
            if (AreMessages(output.AsSpan(begin)))
                return begin;
        throw new InvalidDataException($"{output.Length} bytes wait for a client, and no message begins among the first {MostUnfinished}");
    }

    static bool AreMessages(ReadOnlySpan<byte> bytes)
    {
        while (MessageFramer.Next(bytes, out _, out int size) == Frame.Whole)
            bytes = bytes[size..];
        return bytes.IsEmpty;
    }

    static void AddLimits(StreamState state, XenStore store)
    {
        for (int quota = 0; quota < Quotas.Count; quota++)
            state.DomainQuotas.Add(new(Quotas.Table[quota].Name, (uint)store.Quotas[(Quota)quota]));
        foreach (var domain in store.Domains.All)
            if (domain.IsIntroduced)
                state.Domains.Add(new(domain.Id, (uint)domain.Features, []));
    }
}
