using Xen.Linux.Loop;
using XenStored.Clients;
using XenStored.Connections.Output;
using XenStored.Connections.Rates;
using XenStored.Connections.Transports;
using XenStored.Logs;

namespace XenStored.Connections.State;

/// <summary>Opens and closes connections, and keeps what all of them share.</summary>
sealed class ConnectionTable(
    EventLoop loop, ConnectionQueues queues, ConnectionRecords records, WriteLimiter limiter, Trace trace, ILogger logger)
{
    readonly ChunkPool chunks = new();
    readonly Dictionary<uint, LogBudget> socketLogBudgets = []; // of the privileged: few users
    readonly LogBudget readersLogBudget = new();

    /// <summary>The number of clients on the socket, without those on the read-only one.</summary>
    internal int SocketCount { get; private set; }

    /// <summary>Begins to transport a session's bytes.</summary>
    internal Connection Open(ITransport transport, Session session)
    {
        var log = new ConnectionLog(logger, loop, session, BudgetOf(transport, session), transport.Peer);
        var connection = new Connection(transport, session, queues, chunks, log);
        SocketCount += session is { IsSocket: true, IsReader: false } ? 1 : 0;
        trace.Object("CREATE connection", connection);
        return connection;
    }

    /// <summary>Closes a connection. Its session stays with the store.</summary>
    internal void Close(Connection connection)
    {
        if (connection.State == ConnectionState.Closed)
            return;
        trace.Object("DESTROY connection", connection);
        limiter.Forget(connection.Credit);
        SocketCount -= connection.Session is { IsSocket: true, IsReader: false } ? 1 : 0;
        connection.Log.Ends();
        records.Remove(connection);
        connection.Close();
    }

    LogBudget BudgetOf(ITransport transport, Session session)
    {
        if (!session.IsSocket)
            return new();
        if (session.IsReader)
            return readersLogBudget; // one person can be many users
        uint uid = transport.Peer?.Uid ?? 0;
        if (!socketLogBudgets.TryGetValue(uid, out var budget))
            socketLogBudgets.Add(uid, budget = new());
        return budget;
    }
}
