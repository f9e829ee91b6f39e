using Xen.Loop;
using Xen.Rings;
using Xen.Wire;
using XenStored.Commands;
using XenStored.State.Memory;
using XenStored.Store;

namespace XenStored.Shell;

/// <summary>
/// Gives each ready connection its turn, publishes what the turns did, and then sends what they owe: so what a client was told is always
/// in the published store. It is the core's outbox.
/// </summary>
sealed class Server : IOutbox
{
    const int MessagesATurn = 128, ReclaimATurn = 256;
    const int ExpiryCheckMs = 1000, GarbageAtOnce = 1024 * 1024;

    readonly byte[] scratch = new byte[64 * 1024];
    readonly Queue<Connection> ready = new();
    readonly List<Connection> dirty = [], doomed = [], held = [], deferred = [];
    readonly WriteLimiter limiter = new();
    readonly Dispatcher dispatcher;
    long nextExpiry, collectedAt;
    XsErrorOfReply lastReply;

    enum XsErrorOfReply { Fine, Error, Again }

    internal Server(EventLoop loop, StoreMemory memory, Xen.Hypervisor.Hypervisor hypervisor, StoreOptions options, Trace trace, ILogger logger)
    {
        (Loop, Trace, Logger, Options) = (loop, trace, logger, options);
        Guests = new(this, hypervisor);
        Store = new(memory, Guests, new ControlDoor(this), this, options.MasterDomid, options.PrivilegedDomid)
        {
            KeepsOrphans = options.KeepOrphans,
            MostSocketWatches = options.SocketWatches,
            MostSocketTransactions = options.SocketTransactions,
        };
        foreach (var (quota, value) in options.Quotas)
            Store.Quotas[quota] = value;
        dispatcher = new(Store);
        loop.TurnEnds = EndTurn;
    }

    internal EventLoop Loop { get; }
    internal XenStore Store { get; }
    internal Guests Guests { get; }
    internal ChunkPool Chunks { get; } = new();
    internal Trace Trace { get; }
    internal ILogger Logger { get; }
    internal StoreOptions Options { get; }

    /// <summary>Turns and requests since the start.</summary>
    internal long Turns { get; private set; }
    internal long Requests { get; private set; }

    /// <summary>A client of the socket connected.</summary>
    internal Connection Accept(ITransport transport)
    {
        var connection = new Connection(this, transport);
        connection.Session = Store.Open(Store.Home, isSocket: true, connection);
        Trace.Object("CREATE connection", connection);
        return connection;
    }

    /// <summary>Its descriptor or port is ready.</summary>
    internal void Wake(Connection connection)
    {
        MarkReady(connection);
        if (!connection.Out.IsEmpty)
            MarkDirty(connection);
    }

    internal void MarkReady(Connection connection)
    {
        if (connection.IsReady || connection.IsClosed)
            return;
        connection.IsReady = true;
        ready.Enqueue(connection);
    }

    /// <summary>Serves one message.</summary>
    internal void Handle(Connection connection, MessageHeader header, ReadOnlySpan<byte> payload)
    {
        Trace.Message("IN", connection, header.Type, payload);
        Requests++;
        connection.Counters.Requests++;
        connection.Request = null;
        dispatcher.Handle(connection.Session, header, payload);
        connection.Request = null;
        Warn(connection, header);
        if (lastReply == XsErrorOfReply.Fine && connection.IsLimited && Store.OpenTransactions > connection.Session.TransactionCount && Writes(header))
            limiter.Charge(connection.Credit, Loop.Now);
    }

    /// <inheritdoc/>
    public void Reply(Session to, MessageHeader request, MessageType type, ReadOnlySpan<byte> payload)
    {
        var connection = (Connection)to.Link!;
        lastReply = type != MessageType.Error ? XsErrorOfReply.Fine
            : XsErrors.Parse(payload) == XsError.EAGAIN ? XsErrorOfReply.Again : XsErrorOfReply.Error;
        connection.Counters.Errors += lastReply == XsErrorOfReply.Fine ? 0 : 1;
        connection.Counters.Again += lastReply == XsErrorOfReply.Again ? 1 : 0;
        var cause = connection.IsLimited ? connection.BeginRequest() : null;
        if (connection.IsClosed || connection.IsIgnored)
        {
            cause?.PartDone();
            return;
        }
        Span<byte> header = stackalloc byte[MessageHeader.Size];
        request.Reply(type, payload.Length).Write(header);
        connection.Out.AddReply(header, payload, cause);
        connection.Charge(header.Length + payload.Length);
        MarkDirty(connection);
        Trace.Message("OUT", connection, type, payload);
    }

    /// <inheritdoc/>
    public void Event(Session to, ReadOnlySpan<byte> payload, bool merges, Session? cause)
    {
        if (to.Link is not Connection { IsClosed: false, IsIgnored: false, IsDoomed: false } connection)
            return;
        int length = MessageHeader.Size + payload.Length;
        if (connection.IsLimited && !Store.Quotas.Admits(to.Domain, Quota.Memory, to.Domain.Account.Memory.Now + length))
        {
            if (connection.MemoryLogBudget.TryTake(Loop.Now, out int swallowed))
                StoreLog.OverHardLimit(Logger, to.Domain.Id, to.Domain.Account.Memory.Now, Store.Quotas.Of(to.Domain, Quota.Memory), swallowed);
            connection.Counters.EventsExpired++;
            return;
        }
        Span<byte> header = stackalloc byte[MessageHeader.Size];
        new MessageHeader(MessageType.WatchEvent, 0, 0, (uint)payload.Length).Write(header);
        var request = cause?.Link is Connection { IsLimited: true } causing ? causing.BeginRequest() : null;
        long deadline = connection.IsLimited && Options.EventTimeoutMs > 0 ? Loop.Now + Options.EventTimeoutMs : OutQueue.NoDeadline;
        if (!connection.Out.AddEvent(header, payload, merges, request, deadline))
        {
            connection.Counters.EventsMerged++;
            return;
        }
        request?.AddEvent();
        connection.Counters.Events++;
        connection.Charge(length);
        MarkDirty(connection);
        Trace.Message("OUT", connection, MessageType.WatchEvent, payload);
        if (!connection.IsLimited && connection.Out.Bytes > Options.SocketQueueBytes)
            Doom(connection, $"it does not read: {connection.Out.Bytes} bytes wait for it");
    }

    /// <summary>The client's bytes are no messages.</summary>
    internal void Violated(Connection connection)
    {
        if (connection.Session.IsSocket)
            Doom(connection, $"it sent a message longer than {WireLimits.Payload} bytes");
        else
            Ignore(connection, RingFault.Protocol, $"it sent a message longer than {WireLimits.Payload} bytes");
    }

    /// <summary>The transport cannot go on as before.</summary>
    internal void Ended(Connection connection, Transfer end)
    {
        switch (end)
        {
            case Transfer.BadRing:
                Ignore(connection, RingFault.Index, "its ring indices are impossible");
                break;
            case Transfer.Reconnect:
                connection.IsIgnored = false;
                Store.Reset(connection.Session);
                connection.Reset();
                ((RingTransport)connection.Transport).Reconnect();
                break;
            default:
                CloseAfterTurn(connection); // what it was owed is sent first, if it still listens
                break;
        }
    }

    internal void Close(Connection connection)
    {
        if (connection.IsClosed)
            return;
        Trace.Object("DESTROY connection", connection);
        limiter.Forget(connection.Credit);
        connection.Close();
        if (Store.Sessions.ContainsKey(connection.Session.Id))
            Store.Close(connection.Session);
    }

    /// <summary>Ends all connections: the daemon stops.</summary>
    internal void CloseAll()
    {
        foreach (var session in Store.Sessions.Values.ToArray())
            if (session.Link is Connection connection)
                Close(connection);
    }

    internal bool AdmitsWrites(Connection connection)
    {
        if (limiter.Admits(connection.Credit, Loop.Now, out _))
            return true;
        if (connection.IsHeld)
            return false;
        connection.Counters.Throttled++;
        if (MayComplain(connection, out int swallowed))
            StoreLog.SlowedDown(Logger, connection.Session.Domain.Id, swallowed);
        return false;
    }

    /// <summary>Whether what a client caused may be logged; each has its budget.</summary>
    bool MayComplain(Connection connection, out int swallowed) => connection.LogBudget.TryTake(Loop.Now, out swallowed);

    // What an administrator should hear of a client after one of its requests.
    void Warn(Connection connection, MessageHeader header)
    {
        var session = connection.Session;
        if (header.Type == MessageType.TransactionStart && Store.Floor.Holder == session && lastReply == XsErrorOfReply.Fine)
            if (MayComplain(connection, out int swallowed))
                StoreLog.HasFloor(Logger, session.Name, session.Losses, session.ConflictPath, swallowed);
        if (!connection.IsLimited)
            return;
        long bytes = session.Domain.Account.Memory.Now;
        if (!Store.Quotas.Admits(session.Domain, Quota.SoftMemory, bytes) && connection.MemoryLogBudget.TryTake(Loop.Now, out int alsoSwallowed))
            StoreLog.OverSoftLimit(Logger, session.Domain.Id, bytes, Store.Quotas.Of(session.Domain, Quota.SoftMemory), alsoSwallowed);
    }

    int EndTurn()
    {
        Turns++;
        Store.Now = Loop.Now;
        if (Store.Floor.Expire(Loop.Now) < 0)
            EndDeferral();
        int served = ServeReady();
        bool hasWork = Store.EndTurn(ReclaimATurn + 4 * served);
        Send();
        Trace.Flush();
        CollectGarbage();
        long wait = Math.Min(ExpireEvents(), ReleaseHeld());
        if (hasWork || ready.Count > 0)
            return 0;
        if (deferred.Count > 0)
            wait = Math.Min(wait, Math.Max(Store.Floor.Expire(Loop.Now), 0));
        return wait == long.MaxValue ? -1 : (int)wait;
    }

    int ServeReady()
    {
        int served = 0;
        for (int waiting = ready.Count; waiting > 0; waiting--)
        {
            var connection = ready.Dequeue();
            connection.IsReady = false;
            if (!Store.Floor.MayServe(connection.Session))
            {
                Defer(connection);
                continue;
            }
            served += connection.Serve(scratch, MessagesATurn, out bool hasMore);
            if (hasMore)
                MarkReady(connection);
            else if (connection.IsHeld && !connection.IsAmongHeld)
            {
                connection.IsAmongHeld = true;
                held.Add(connection);
            }
        }
        return served;
    }

    // Not watched meanwhile, or its readiness would wake the loop again and again.
    void Defer(Connection connection)
    {
        if (connection.IsClosed || connection.IsDeferred)
            return;
        connection.IsDeferred = true;
        deferred.Add(connection);
        MarkDirty(connection);
    }

    void EndDeferral()
    {
        foreach (var connection in deferred)
        {
            connection.IsDeferred = false;
            MarkReady(connection);
            MarkDirty(connection);
        }
        deferred.Clear();
    }

    // The collector by itself would wait for garbage as large as the processor's cache. Small bites, taken when all are answered, keep the
    // process small and the pauses short.
    void CollectGarbage()
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        if (allocated - collectedAt < GarbageAtOnce)
            return;
        collectedAt = allocated;
        GC.Collect(0);
    }

    // Sending may free a guest's gate, and ending a connection may tell others: both are the next turn's.
    void Send()
    {
        for (int i = 0; i < dirty.Count; i++)
        {
            dirty[i].IsDirty = false;
            dirty[i].Flush();
        }
        dirty.Clear();
        foreach (var connection in doomed)
            if (connection.Session.IsSocket)
                Close(connection);
            else
            {
                connection.IsDoomed = false; // dom0's ring: it may reconnect
                Ignore(connection, RingFault.Communication, "it does not read");
            }
        doomed.Clear();
    }

    long ExpireEvents()
    {
        if (Options.EventTimeoutMs == 0 || Guests.Count == 0)
            return long.MaxValue;
        if (Loop.Now < nextExpiry)
            return nextExpiry - Loop.Now;
        nextExpiry = Loop.Now + ExpiryCheckMs;
        bool isAny = false;
        foreach (var guest in Guests.Connections)
        {
            if (guest.Out.IsEmpty)
                continue;
            int before = guest.Out.Bytes;
            guest.Counters.EventsExpired += guest.Out.Expire(Loop.Now);
            guest.Uncharge(before - guest.Out.Bytes);
            isAny |= !guest.Out.IsEmpty;
        }
        return isAny ? ExpiryCheckMs : long.MaxValue;
    }

    // Gates open by what others do as well: a quota is raised, nodes are removed. So each that is held is looked at.
    long ReleaseHeld()
    {
        long soonest = long.MaxValue;
        for (int i = held.Count - 1; i >= 0; i--)
        {
            var connection = held[i];
            if (!connection.IsClosed && !connection.MayRead())
            {
                if (!limiter.Admits(connection.Credit, Loop.Now, out int wait))
                    soonest = Math.Min(soonest, wait);
                continue;
            }
            connection.IsAmongHeld = false;
            held.RemoveAt(i);
            MarkReady(connection);
        }
        return soonest;
    }

    internal void MarkDirty(Connection connection)
    {
        if (connection.IsDirty)
            return;
        connection.IsDirty = true;
        dirty.Add(connection);
    }

    void Doom(Connection connection, string reason)
    {
        if (!CloseAfterTurn(connection))
            return;
        if (connection.Transport is SocketTransport { Peer: var peer } && MayComplain(connection, out int swallowed))
            StoreLog.Closed(Logger, connection.Session.Name, peer.Pid, peer.Command, peer.Uid, reason, swallowed);
    }

    bool CloseAfterTurn(Connection connection)
    {
        if (connection.IsDoomed || connection.IsClosed)
            return false;
        connection.IsDoomed = true;
        doomed.Add(connection);
        return true;
    }

    void Ignore(Connection connection, RingFault fault, string reason)
    {
        connection.IsIgnored = true;
        Store.Reset(connection.Session);
        connection.Reset();
        if ((connection.Session.Domain.Features & StoreFeatures.Error) != 0)
            ((RingTransport)connection.Transport).Report(fault);
        if (MayComplain(connection, out int swallowed))
            StoreLog.Ignored(Logger, connection.Session.Name, reason, swallowed);
    }

    static bool Writes(MessageHeader header) =>
        header.Type is MessageType.TransactionEnd
        || header.TransactionId == 0 && header.Type is MessageType.Write or MessageType.Mkdir or MessageType.Rm or MessageType.SetPerms;
}
