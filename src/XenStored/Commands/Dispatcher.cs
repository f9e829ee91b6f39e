using Xen.Protocol.Wire;
using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Store;

namespace XenStored.Commands;

/// <summary>The core's door: one request in, one reply and any number of events out.</summary>
sealed class Dispatcher(XenStore store)
{
    readonly RequestContext request = new(store);

    /// <summary>Serves one request: its reply and the events that it causes are in the outbox.</summary>
    /// <param name="payload">Its bytes; not kept.</param>
    /// <returns>What became of it: the error that the client is told, or none.</returns>
    internal XsError Handle(Session session, MessageHeader header, ReadOnlySpan<byte> payload)
    {
        var reply = Run(session, header, payload);
        if (reply.Error == XsError.None)
            store.Outbox.Reply(session, header, header.Type, reply.Data);
        else
            store.Outbox.Reply(session, header, MessageType.Error, reply.Error.Payload());
        if (request.FirstEvent is { } watch)
            store.TellFirst(watch);
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
