using Xen.Protocol.Wire;
using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Store;

namespace XenStored.Commands;

/// <summary>The way into the store for requests: one request in, one reply and any number of events out.</summary>
sealed class Dispatcher(XenStore store, IStatusReport status)
{
    readonly RequestContext request = new(store, status);

    /// <summary>Serves one request. Its reply and the events that it causes go to the outbox.</summary>
    /// <param name="payload">The request's payload. It is not kept.</param>
    /// <returns>The error that the client gets, or none.</returns>
    internal XsError Handle(Session session, MessageHeader header, ReadOnlySpan<byte> payload)
    {
        var reply = Run(session, header, payload);
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
            return XsError.ENOENT;
        request.Begin(session, header, transaction);
        var reply = command.Run(request, new PayloadReader(payload));
        if (transaction is { IsOver: false })
            Accounts.Charge(session, transaction);
        return reply;
    }
}
