using Xen.Linux.Loop;
using Xen.Protocol.Wire;
using XenStored.Clients.Limits;
using XenStored.Commands;
using XenStored.Connections.Rates;
using XenStored.Connections.State;
using XenStored.Logs;
using XenStored.Store.Committing;

namespace XenStored.Connections;

/// <summary>Decides which clients may be read now. Nothing is lost by waiting: the requests stay in the ring or in the socket.</summary>
sealed class Gates(Transactions transactions, WriteLimiter limiter, ReadLimiter readLimiter, EventLoop loop, Trace trace)
{
    /// <summary>A client on the socket that has as many bytes waiting, or more, is not read until it reads.</summary>
    const int ReadableBelow = 256 * 1024, ReaderReadableBelow = 64 * 1024;

    /// <summary>The gate that stops the daemon from reading a connection now, or <see cref="Gate.None"/>.</summary>
    internal Gate ClosedFor(Connection connection)
    {
        if (connection.WantsTransaction && transactions.AreDelayed)
            return Gate.Update;
        if (!connection.IsLimited)
            return !HasFreeOutput(connection) ? Gate.Output
                : connection.Session.Reader is { } reader && !readLimiter.Admits(reader, loop.Now, out _) ? Gate.Credit
                : Gate.None;
        var (domain, account) = (connection.Session.Domain, connection.Session.Domain.Account);
        if (!domain.Admits(Quota.Outstanding, account.Outstanding.Now + 1))
            return Gate.Outstanding;
        if (!domain.Admits(Quota.Memory, account.Memory.Now))
            return Gate.Memory;
        return limiter.Admits(connection.Credit, loop.Now, out _) ? Gate.None : Gate.Credit;
    }

    /// <summary>
    /// Whether a whole message has to wait, because it would begin a transaction and an update waits for the open ones. Those of a client
    /// that has one open do not wait: it may be able to end that one only after them. Nor do those with something behind them: the program
    /// that takes over gets at most one message that was read.
    /// </summary>
    /// <param name="isLast">Nothing is read that comes after it.</param>
    internal bool DelaysTransaction(Connection connection, MessageHeader header, bool isLast) =>
        transactions.AreDelayed && header.Type == MessageType.TransactionStart && isLast
        && connection.Session is { HasTransactions: false, IsReader: false };

    /// <summary>Whether the queue of a client has space for more replies, so that it may be read. Guests have quotas instead.</summary>
    internal static bool HasFreeOutput(Connection connection) =>
        connection.IsLimited || connection.Out.Bytes < (connection.Session.IsReader ? ReaderReadableBelow : ReadableBelow);

    /// <summary>If a guest or a reader has to wait for credit: the milliseconds until it may be worth asking again, else 0.</summary>
    internal int WaitFor(Connection connection)
    {
        int wait = 0;
        if (connection.Session.Reader is { } reader)
            readLimiter.Admits(reader, loop.Now, out wait);
        else
            limiter.Admits(connection.Credit, loop.Now, out wait);
        return wait;
    }

    /// <summary>A reader's request is charged, whatever becomes of it.</summary>
    internal void ChargeIfReader(Connection connection, MessageHeader header)
    {
        if (connection.Session.Reader is { } reader)
            readLimiter.Charge(reader, header.Length, loop.Now);
    }

    /// <summary>
    /// A guest's write is charged while transactions of others are open, because it may make these fail. No other request is.
    /// </summary>
    internal void ChargeIfDisturbing(Connection connection, MessageHeader header)
    {
        if (connection.IsLimited && transactions.Open > connection.Session.TransactionCount && Writes(header))
            limiter.Charge(connection.Credit, loop.Now);
    }

    /// <summary>
    /// A gate has closed while a client may have requests. Of a guest that writes too fast an administrator is told, and for how long it
    /// is not read is counted.
    /// </summary>
    internal void NoteClosed(Connection connection)
    {
        if (connection.Session.IsReader || ClosedFor(connection) != Gate.Credit)
            return;
        connection.Counters.BeginThrottled(loop.Now);
        trace.Line(TraceSwitches.Wrl, $"{connection.Session.Name} has {connection.Credit.Amount:0} credits and is not read");
        connection.Log.SlowedDown();
    }

    // A write in a transaction disturbs nobody: the end of the transaction is the write of all its changes.
    static bool Writes(MessageHeader header) =>
        CommandTable.Find(header.Type) is { IsWrite: true }
        && (header.TransactionId == 0 || header.Type == MessageType.TransactionEnd);
}
