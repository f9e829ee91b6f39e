using Xen.Hypervisor;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Commands;
using XenStored.Connections.Output;
using XenStored.Connections.Transports;
using XenStored.Logs;
using XenStored.Options;
using XenStored.Store;
using XenStored.Tree.Storage;

namespace XenStored.Connections;

/// <summary>
/// Brings the store and its clients together: it passes requests to the store, and decides what happens to a connection that cannot go on.
/// </summary>
sealed class Server
{
    readonly Dispatcher dispatcher;
    readonly Dictionary<uint, LogBudget> socketLogBudgets = [];
    readonly LogBudget fullLogBudget = new();

    internal Server(EventLoop loop, StoreMemory memory, HypervisorInterface hypervisor, StoreOptions options, Trace trace, ILogger logger)
    {
        (Loop, Trace, Logger, Options) = (loop, trace, logger, options);
        DomainConnections = new(this, hypervisor);
        Store = new(memory, DomainConnections, new DaemonControl(this), new Outbox(this), options.MasterDomid, options.PrivilegedDomid)
        {
            KeepsOrphans = options.KeepOrphans,
            Quotas = { SocketWatches = options.SocketWatches, SocketTransactions = options.SocketTransactions },
        };
        foreach (var (quota, value) in options.Quotas)
            Store.SetQuota(quota, value);
        Store.Quotas.Refused = LogRefused;
        dispatcher = new(Store);
        Scheduler = new(this);
    }

    internal EventLoop Loop { get; }
    internal XenStore Store { get; }
    internal DomainConnections DomainConnections { get; }
    internal ChunkPool Chunks { get; } = new();
    internal Trace Trace { get; }
    internal ILogger Logger { get; }
    internal StoreOptions Options { get; }

    internal Scheduler Scheduler { get; }
    internal WriteLimiter Limiter { get; } = new();

    /// <summary>The number of requests since the start.</summary>
    internal long Requests { get; private set; }

    /// <summary>The number of clients on the socket.</summary>
    internal int SocketCount { get; private set; }

    /// <summary>Takes a new client on the socket.</summary>
    internal Connection Accept(ITransport transport)
    {
        var session = Store.Open(Store.Home, isSocket: true);
        var connection = new Connection(this, transport, session);
        SocketCount++;
        Trace.Object("CREATE connection", connection);
        return connection;
    }

    /// <summary>Serves one message.</summary>
    internal void Handle(Connection connection, MessageHeader header, ReadOnlySpan<byte> payload)
    {
        Trace.Message("IN", connection, connection.Session.Domain.Id, header.Type, payload);
        Requests++;
        connection.Counters.Requests++;
        connection.Request = null;
        var error = dispatcher.Handle(connection.Session, header, payload);
        connection.Request = null;
        connection.Counters.Errors += error != XsError.None ? 1 : 0;
        connection.Counters.Again += error == XsError.EAGAIN ? 1 : 0;
        Warn(connection, header, error);
        if (error == XsError.None && connection.IsLimited && Store.OpenTransactions > connection.Session.TransactionCount && Writes(header))
            Limiter.Charge(connection.Credit, Loop.Now);
    }

    /// <summary>The client's bytes are not messages.</summary>
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
                Ignore(connection, RingFault.Index, "its ring indices are invalid");
                break;
            case Transfer.Reconnect:
                Reconnect(connection);
                break;
            default:
                Scheduler.CloseAfterIteration(connection); // the messages that wait are sent first, if the client still reads
                break;
        }
    }

    /// <summary>Connects a guest's ring again, because the guest asked for it.</summary>
    internal void Reconnect(Connection connection)
    {
        Store.Reset(connection.Session);
        connection.Reopen();
        ((RingTransport)connection.Transport).Reconnect();
    }

    internal void Close(Connection connection)
    {
        if (connection.State == ConnectionState.Closed)
            return;
        Trace.Object("DESTROY connection", connection);
        Limiter.Forget(connection.Credit);
        SocketCount -= connection.Session.IsSocket ? 1 : 0;
        LogSwallowed(connection);
        connection.Close();
        if (Store.Sessions.ContainsKey(connection.Session.Id))
            Store.Close(connection.Session);
    }

    /// <summary>Ends all connections, because the daemon stops.</summary>
    internal void CloseAll()
    {
        foreach (var session in Store.Sessions.Values.ToArray())
            if (Connection.Of(session) is { } connection)
                Close(connection);
    }

    /// <summary>A gate has closed while a client may have requests.</summary>
    internal void LogHeld(Connection connection)
    {
        if (connection.ClosedGate() != Gate.Credit)
            return;
        connection.Counters.Throttled++;
        Trace.Line(TraceSwitches.Wrl, $"{connection.Session.Name} has {connection.Credit.Amount:0} credits and is not read");
        if (MayComplain(connection, out int swallowed))
            StoreLog.SlowedDown(Logger, connection.Session.Domain.Id, swallowed);
    }

    /// <summary>Whether a line about a client may be logged. Each client has a budget.</summary>
    bool MayComplain(Connection connection, out int swallowed) => connection.LogBudget.TryTake(Loop.Now, out swallowed);

    /// <summary>The common budget of all clients of a user. With one for each, every new connection would have a new budget.</summary>
    internal LogBudget BudgetOf(ITransport transport)
    {
        uint uid = transport is SocketTransport socket ? socket.Peer.Uid : 0;
        if (!socketLogBudgets.TryGetValue(uid, out var budget))
            socketLogBudgets.Add(uid, budget = new());
        return budget;
    }

    /// <summary>A request was refused for lack of memory.</summary>
    internal void LogFull(int errno)
    {
        if (fullLogBudget.TryTake(Loop.Now, out int swallowed))
            StoreLog.Full(Logger, Errno.Text(errno), swallowed);
    }

    // Reports the lines that were swallowed, because no later line about this guest will do so.
    void LogSwallowed(Connection connection)
    {
        if (connection.Session.IsSocket)
            return;
        int swallowed = connection.LogBudget.TakeSwallowed() + connection.MemoryLogBudget.TakeSwallowed()
            + connection.QuotaLogBudget.TakeSwallowed() + connection.IgnoredLogBudget.TakeSwallowed();
        if (swallowed > 0)
            StoreLog.Swallowed(Logger, connection.Session.Domain.Id, swallowed);
    }

    // Logs what an administrator should know about a client after one of its requests.
    void Warn(Connection connection, MessageHeader header, XsError error)
    {
        var session = connection.Session;
        if (header.Type == MessageType.TransactionStart && Store.StarvationGuard.Holder == session && error == XsError.None)
            if (MayComplain(connection, out int swallowed))
                StoreLog.HasPriority(Logger, session.Name, session.Domain.Id, session.Losses, session.ConflictPath, swallowed);
        if (!connection.IsLimited)
            return;
        long bytes = session.Domain.Account.Memory.Now;
        if (!Quotas.Admits(session.Domain, Quota.SoftMemory, bytes) && connection.MemoryLogBudget.TryTake(Loop.Now, out int alsoSwallowed))
            StoreLog.OverSoftLimit(Logger, session.Domain.Id, bytes, session.Domain.Limits[Quota.SoftMemory], alsoSwallowed);
    }

    // The line uses the budget of the client that sent the request, also if the quota is another domain's.
    void LogRefused(Session session, Domain domain, Quota quota)
    {
        if (Connection.Of(session) is { } connection && connection.QuotaLogBudget.TryTake(Loop.Now, out int swallowed))
            StoreLog.OverQuota(Logger, session.Name, Quotas.Table[(int)quota].Name, domain.Id, domain.Limits[quota], swallowed);
    }

    /// <summary>Closes a client that cannot go on, and logs why.</summary>
    internal void Doom(Connection connection, string reason)
    {
        if (!Scheduler.CloseAfterIteration(connection))
            return;
        if (connection.Transport is SocketTransport { Peer: var peer } && MayComplain(connection, out int swallowed))
            StoreLog.Closed(Logger, connection.Session.Name, peer.Pid, peer.Command, peer.Uid, reason, swallowed);
    }

    internal void Ignore(Connection connection, RingFault fault, string reason)
    {
        Store.Reset(connection.Session);
        connection.Ignore();
        if ((connection.Session.Domain.Features & StoreFeatures.Error) != 0)
            ((RingTransport)connection.Transport).Report(fault);
        if (connection.IgnoredLogBudget.TryTake(Loop.Now, out int swallowed))
            StoreLog.Ignored(Logger, connection.Session.Name, connection.Session.Domain.Id, reason, swallowed);
    }

    static bool Writes(MessageHeader header) =>
        header.Type is MessageType.TransactionEnd
        || header.TransactionId == 0 && header.Type is MessageType.Write or MessageType.Mkdir or MessageType.Rm or MessageType.SetPerms;
}
