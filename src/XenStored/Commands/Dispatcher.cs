using Xen.Protocol.Wire;
using XenStored.Accounting;
using XenStored.Clients;
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
        if (request.FirstEvent is { } watch)
            store.FireFirst(watch);
        return reply.Error;
    }

    Reply Run(Session session, MessageHeader header, ReadOnlySpan<byte> payload)
    {
        request.Begin(session, header, null);
        if (CommandTable.Find(header.Type) is not { } command)
            return XsError.ENOSYS;
        if (command.IsPrivileged && !session.IsPrivileged)
            return XsError.EACCES;
        Transaction? transaction = null;
        if (header.TransactionId != 0 && !command.IgnoresTransaction && !session.TryTransaction(header.TransactionId, out transaction))
        {
            if (header.TransactionId > session.LostUpTo)
                return XsError.ENOENT;
            if (!store.Accounts.AdmitsTransaction(session))
                return XsError.EAGAIN;
            transaction = store.Transactions.BeginAgain(session, header.TransactionId);
        }
        request.Begin(session, header, transaction);
        var reply = command.Run(request, new PayloadReader(payload));
        if (reply.Changes)
            reply = store.Apply(session, transaction, reply.Change);
        if (transaction is { IsOver: false })
            Accounts.Charge(session, transaction);
        return transaction is { IsLost: true } && reply.Error == XsError.ENOENT ? InLost(command) : reply;
    }

    // The node may have been made in the transaction, by what is lost. So no client may be told that it is not there: Linux takes ENOENT at
    // the end of a transaction for a fault, and never suspends again. A change of it would not be committed anyway.
    static Reply InLost(CommandRow command) => command.IsWrite ? Reply.Ok : XsError.EAGAIN;
}
