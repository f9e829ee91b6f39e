using Xen.Protocol.Wire;
using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Commands.Requests;
using XenStored.Store;

namespace XenStored.Commands;

/// <summary>The way into the store for requests: one request in, one reply and any number of events out.</summary>
sealed class Dispatcher(XenStore store, IStatusReport status, ILiveUpdate liveUpdate)
{
    readonly RequestContext request = new(store, status, liveUpdate);

    /// <summary>Serves one request. Its reply and the events that it causes go to the outbox.</summary>
    /// <param name="payload">The request's payload. It is not kept.</param>
    /// <returns>The error that the client gets, or none.</returns>
    internal XsError Handle(Session session, MessageHeader header, ReadOnlySpan<byte> payload)
    {
        var reply = Run(session, header, payload);
        if (reply.IsLater)
            return XsError.None;
        if (reply.Error == XsError.None)
            store.Outbox.Reply(session, header, header.Type, reply.Data);
        else
            store.Outbox.Reply(session, header, MessageType.Error, reply.Error.Payload());
        if (reply.FirstEventOf is { } watch)
            store.FireFirst(watch);
        return reply.Error;
    }

    Reply Run(Session session, MessageHeader header, ReadOnlySpan<byte> payload)
    {
        request.Begin(session, header, null);
        if (CommandTable.Find(header.Type) is not { } command)
            return XsError.ENOSYS;
        if (session.IsReader && !command.IsForReaders)
            return XsError.EROFS; // as the first C xenstored told clients of its read-only socket
        if (command.IsPrivileged && !session.IsPrivileged && !session.IsReader)
            return XsError.EACCES;
        Transaction? transaction = null;
        if (header.TransactionId != 0 && !command.IgnoresTransaction && !session.TryTransaction(header.TransactionId, out transaction))
        {
            if (header.TransactionId > session.EarlierUpTo)
                return XsError.ENOENT;
            if (!store.Accounts.AdmitsTransaction(session))
                return NotAdmitted(session, header);
            transaction = GoOn(session, header);
        }
        var reply = Run(session, header, payload, command, transaction, out ulong check);
        if (transaction is not null && MayRunAgain(command, payload))
            session.Log?.Add(header.TransactionId, header.Type, payload, check);
        return transaction is { IsLost: true } && reply.Error == XsError.ENOENT ? InLost(command) : reply;
    }

    // A request in a transaction of an earlier process, while its client has as many as it may have: the request is not made, so the
    // transaction is lost.
    static XsError NotAdmitted(Session session, MessageHeader header)
    {
        if (header.Type == MessageType.TransactionEnd)
            session.Log?.End(header.TransactionId);
        else
            session.Log?.Lose(header.TransactionId);
        return XsError.EAGAIN;
    }

    // The check is a hash of all that its client is told and of what the request means.
    Reply Run(
        Session session, MessageHeader header, ReadOnlySpan<byte> payload, CommandRow command, Transaction? transaction, out ulong check)
    {
        request.Begin(session, header, transaction);
        var reply = command.Run(request, new PayloadReader(payload));
        var change = reply.Change;
        if (reply.Changes)
            reply = store.Apply(session, transaction, change);
        if (transaction is { IsOver: false })
            Accounts.Charge(session, transaction);
        check = transaction is null || session.Log is not { } log ? 0
            : reply.Error == XsError.None ? log.CheckOf(header.Type, reply.Data, change)
            : log.CheckOf(MessageType.Error, reply.Error.Payload(), change);
        return reply;
    }

    // Goes on with a transaction that was begun in an earlier process: its requests are made again.
    Transaction GoOn(Session session, MessageHeader header)
    {
        uint id = header.TransactionId;
        var transaction = store.Transactions.BeginAgain(session, id);
        if (transaction.IsLost || session.Log is not { } log) // it is lost if there is none
            return transaction;
        foreach (var (type, payload, check) in log.Of(id))
        {
            var earlier = header with { Type = type, Length = (uint)payload.Length };
            if (CommandTable.Find(type) is not { } command || !IsAsBefore(session, earlier, payload, command, transaction, check))
                return store.Transactions.Lose(session, id, transaction);
        }
        return transaction;
    }

    // What a request does to a transaction's own tree can be done again. What it does to the special nodes, which are in none, cannot.
    static bool MayRunAgain(CommandRow command, ReadOnlySpan<byte> payload) => command.IsOfNodes && payload is not [(byte)'@', ..];

    bool IsAsBefore(
        Session session, MessageHeader header, ReadOnlySpan<byte> payload, CommandRow command, Transaction transaction, ulong before)
    {
        Run(session, header, payload, command, transaction, out ulong check);
        return check == before;
    }

    // The node may have been made in the transaction, by what is lost. So no client may be told that it is not there: Linux takes ENOENT at
    // the end of a transaction for a fault, and never suspends again. A change of it would not be committed anyway.
    static Reply InLost(CommandRow command) => command.IsWrite ? Reply.Ok : XsError.EAGAIN;
}
