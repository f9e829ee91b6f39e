using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;
using XenStored.Clients;
using XenStored.Connections.State;
using XenStored.Connections.Transports;
using XenStored.Crashes;
using XenStored.Store;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.InPlace;

namespace XenStored.Connections.Sources;

/// <summary>The connections of clients on the socket. If a keeper holds their sockets, another process can go on with them.</summary>
/// <param name="areKept">There is a keeper.</param>
sealed class SocketClients(
    EventLoop loop, XenStore store, StoreMemory memory, ConnectionTable connections, ConnectionQueues queues, ConnectionRecords records,
    bool areKept)
{
    /// <summary>Whether their sockets are to have no mark that closes them on exec.</summary>
    internal bool AreKept => areKept;

    /// <summary>Begins with a new client.</summary>
    internal Connection Open(FileDescriptor client)
    {
        var session = store.Sessions.Open(store.Domains.Home, isSocket: true);
        return connections.Open(TransportOf(client, session), session);
    }

    /// <summary>Begins with a new client of the read-only socket.</summary>
    /// <param name="uid">Its user.</param>
    internal Connection OpenReader(FileDescriptor client, uint uid)
    {
        var session = store.Sessions.OpenReader(uid);
        return connections.Open(TransportOf(client, session), session);
    }

    /// <summary>
    /// Goes on with the clients of an earlier process: each gets what that one had for it, and what it has said is served. Returns those
    /// that the earlier process had only accepted: they are new. Call this before anything can cause events.
    /// </summary>
    /// <param name="clients">Those of the socket.</param>
    /// <param name="readers">Those of the read-only socket. The kernel says at which socket a client was accepted.</param>
    internal (List<FileDescriptor> Clients, List<FileDescriptor> Readers) GoOn(
        IReadOnlyList<FileDescriptor> clients, IReadOnlyList<FileDescriptor> readers)
    {
        store.Sessions.BeginAfter(records.LastTag());
        var slots = new Dictionary<ulong, int>();
        for (int slot = 0; slot < TwinSlots.Count; slot++)
            if (memory.Slots.Owner(slot).Socket is not 0 and var socket)
                slots[socket] = slot;
        var calls = memory.Calls.Earlier();
        var outgoing = memory.Outgoing.Earlier();
        var unknown = (Clients: Unknown(clients, _ => null), Readers: Unknown(readers, client => UnixSocket.Peer(client).Uid));
        foreach (var (_, slot) in slots.Where(one => !memory.Slots.IsTaken(one.Value)))
            memory.Slots.Free(slot); // its socket was closed just before the process died
        foreach (var session in store.Sessions.All.Where(session => session is { IsSocket: true, Connection: null }).ToArray())
            store.Sessions.Close(session); // its client left when the process died
        Crash.At(CrashPoint.StartHasClients);
        return unknown;

        List<FileDescriptor> Unknown(IReadOnlyList<FileDescriptor> all, Func<FileDescriptor, uint?> uid)
        {
            var left = new List<FileDescriptor>();
            foreach (var client in all)
                if (slots.TryGetValue(UnixSocket.Cookie(client), out int slot) && memory.Slots.TryTake(slot, memory.Slots.Owner(slot)))
                    GoOn(client, uid(client), slot, calls, outgoing);
                else
                    left.Add(client);
            return left;
        }
    }

    void GoOn(FileDescriptor client, uint? reader, int slot, List<EarlierCall> calls,
        List<(int Slot, uint Tag, uint Position, byte[] Bytes)> outgoing)
    {
        var owner = memory.Slots.Owner(slot);
        var record = SocketRecord.Of(memory.Slots.Read(slot)); // perhaps of the owner before
        if (record.Tag != owner.Tag)
            record = default;
        var session = store.Sessions.ReopenSocket(owner.Session, record.LastTransaction, reader);
        if (session.Reader?.Uid != reader)
        {
            client.Dispose(); // its records are of another client: it gets nothing of that one's, above all not its rights
            memory.Slots.Free(slot);
            return;
        }
        uint sent = record.Sent;
        byte[] received = [];
        foreach (var call in calls.Where(one => one.Slot == slot && one.Tag == owner.Tag))
        {
            int count = CountedCall.Result(call.Call);
            if (call.Receives)
                received = [.. received, .. call.Data.AsSpan(0, Math.Clamp(count, 0, call.Data.Length))];
            else
                sent += (uint)count;
        }
        var transport = new SocketTransport(client, loop, memory, session, slot, sent);
        var connection = connections.Open(transport, session);
        records.Read(connection, transport);
        foreach (var (_, _, position, bytes) in outgoing.Where(one => one.Slot == slot && one.Tag == owner.Tag))
            ConnectionRecords.AddEarlier(connection, position, bytes, sent);
        if (received.Length > 0)
        {
            received = [.. connection.In.Bytes, .. received];
            connection.In.Drop();
            connection.In.Keep(received);
        }
        queues.Wake(connection);
        queues.FlushAfterIteration(connection);
        Crash.At(CrashPoint.StartHasClient);
    }

    SocketTransport TransportOf(FileDescriptor client, Session session)
    {
        if (areKept && UnixSocket.Cookie(client) is not 0 and var socket && memory.Slots.Take(new(socket, session.Id)) is { } slot)
        {
            Crash.At(CrashPoint.AcceptOwnsSlot);
            session.IsKept = true;
            return new(client, loop, memory, session, slot, sent: 0);
        }
        client.CloseOnExec(); // it ends with this process
        return new(client, loop);
    }
}
