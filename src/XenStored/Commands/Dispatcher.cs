using Xen.Protocol.Wire;
using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Clients.Transacting;
using XenStored.Commands.Requests;
using XenStored.Store;

namespace XenStored.Commands;

/// <summary>The way into the store for requests: one request in, one reply and any number of events out.</summary>
sealed class Dispatcher
{
    readonly XenStore store;
    readonly RequestContext request;
    readonly EarlierTransactions earlier;

    internal Dispatcher(XenStore store, IStatusReport status, ILiveUpdate liveUpdate)
    {
        this.store = store;
        request = new(store, status, liveUpdate);
        earlier = new(store, Run);
    }

    /// <summary>Serves one request. Its reply and the events that it causes go to the outbox.</summary>
    /// <param name="payload">The request's payload. It is not kept.</param>
    /// <returns>The error that the client gets, or none.</returns>
    internal XsError Handle(Session session, MessageHeader header, ReadOnlySpan<byte> payload)
    {
        var reply = Answer(session, header, payload);
        if (reply.IsLater)
            return XsError.None; // CONTROL live-update: the part that does it replies
        if (reply.Error == XsError.None)
            store.Outbox.Reply(session, header, header.Type, reply.Data);
        else
            store.Outbox.Reply(session, header, MessageType.Error, reply.Error.Payload());
        if (reply.FirstEventOf is { } watch)
            store.Notifier.NotifyFirst(watch);
        return reply.Error;
    }

    // Whether the request is one, whether its client may send it, and in which transaction it is. If so, its command runs.
    Reply Answer(Session session, MessageHeader header, ReadOnlySpan<byte> payload)
    {
        if (CommandTable.Find(header.Type) is not { } command)
            return XsError.ENOSYS;
        if (session.IsReader && !command.IsForReaders)
            return XsError.EROFS; // as the first C xenstored told clients of its read-only socket
        if (command.IsPrivileged && !session.IsPrivileged && !session.IsReader)
            return XsError.EACCES;
        if (FindTransaction(session, header, command, out var transaction) is not XsError.None and var refused)
            return refused;
        var reply = Run(session, header, payload, command, transaction, out ulong check);
        if (transaction is not null)
            EarlierTransactions.Record(session, header, payload, command, check);
        return transaction is { IsLost: true } && reply.Error == XsError.ENOENT ? EarlierTransactions.InLost(command) : reply;
    }

    // That of the request, null if it is in none. One of an earlier process goes on.
    XsError FindTransaction(Session session, MessageHeader header, CommandRow command, out Transaction? transaction)
    {
        transaction = null;
        if (header.TransactionId == 0 || command.IsOfWatches || session.TryTransaction(header.TransactionId, out transaction))
            return XsError.None;
        return earlier.GoOn(session, header, out transaction);
    }

    Reply Run(
        Session session, MessageHeader header, ReadOnlySpan<byte> payload, CommandRow command, Transaction? transaction, out ulong check)
    {
        request.Begin(session, header, transaction);
        var reply = command.Run(request, new PayloadReader(payload));
        var change = reply.Change;
        if (reply.HasChange) // the command has only said what is to change
            reply = Reply.OkOr(store.Changes.Apply(session, transaction, change));
        if (transaction is { IsOver: false })
            Accounts.Charge(session, transaction);
        check = transaction is not null && session.Log is { } log ? log.CheckOf(header.Type, reply.Error, reply.Data, change) : 0;
        return reply;
    }
}
