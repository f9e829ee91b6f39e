using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Transacting;
using XenStored.Commands.Requests;
using XenStored.Store;

namespace XenStored.Commands;

/// <summary>
/// Goes on with transactions that clients began in an earlier process: makes their requests again, on the present tree. If a client would
/// be told anything else than it was told, the transaction is lost (<see cref="Transaction.IsLost"/>).
/// </summary>
/// <param name="run">Runs a request in its transaction.</param>
sealed class EarlierTransactions(XenStore store, EarlierTransactions.Runner run)
{
    /// <summary>Runs a request in its transaction.</summary>
    /// <param name="check">See <see cref="TransactionLog.CheckOf"/>.</param>
    internal delegate Reply Runner(
        Session session, MessageHeader header, ReadOnlySpan<byte> payload, CommandRow command, Transaction? transaction, out ulong check);

    /// <summary>Goes on with the transaction of a request.</summary>
    /// <returns>
    /// ENOENT: there cannot be such a transaction. EAGAIN: its client has as many as it may have, and the request is refused.
    /// </returns>
    internal XsError GoOn(Session session, MessageHeader header, out Transaction? transaction)
    {
        uint id = header.TransactionId;
        transaction = null;
        if (id > session.EarlierUpTo)
            return XsError.ENOENT;
        if (!store.Accounts.AdmitsTransaction(session))
        {
            Refuse(session.Log, header);
            return XsError.EAGAIN;
        }
        transaction = store.Transactions.BeginAgain(session, id);
        if (!transaction.IsLost && !IsAsBefore(session, header, transaction))
            transaction = store.Transactions.Lose(session, id, transaction);
        return XsError.None;
    }

    /// <summary>Records a request in a transaction, so that another process can make it again.</summary>
    /// <param name="check">See <see cref="TransactionLog.CheckOf"/>.</param>
    internal static void Record(Session session, MessageHeader header, ReadOnlySpan<byte> payload, CommandRow command, ulong check)
    {
        if (MayRunAgain(command, payload))
            session.Log?.Add(header.TransactionId, header.Type, payload, check);
    }

    /// <summary>
    /// The reply in a lost transaction to a request of a node that is not there. The node may have been made in the transaction, by what is
    /// lost. So no client may be told that it is not there: Linux takes ENOENT at the end of a transaction for a fault, and never suspends
    /// again. A change of it would not be committed anyway.
    /// </summary>
    internal static XsError InLost(CommandRow command) => command.IsWrite ? XsError.None : XsError.EAGAIN;

    bool IsAsBefore(Session session, MessageHeader header, Transaction transaction)
    {
        foreach (var (type, payload, check) in session.Log!.Of(header.TransactionId))
        {
            if (CommandTable.Find(type) is not { } command)
                return false;
            run(session, header with { Type = type, Length = (uint)payload.Length }, payload, command, transaction, out ulong now);
            if (now != check)
                return false;
        }
        return true;
    }

    // The request is not made, so the transaction is lost. If it was the end, it is over as well.
    static void Refuse(TransactionLog? log, MessageHeader header)
    {
        if (header.Type == MessageType.TransactionEnd)
            log?.End(header.TransactionId);
        else
            log?.Lose(header.TransactionId);
    }

    // What a request does to a transaction's own tree can be done again. What it does to the special nodes, which are in none, cannot.
    static bool MayRunAgain(CommandRow command, ReadOnlySpan<byte> payload) => command.IsOfNodes && payload is not [(byte)'@', ..];
}
