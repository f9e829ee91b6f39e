using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Connections.State;
using XenStored.Connections.Transports;
using XenStored.Store;

namespace XenStored.Connections;

/// <summary>
/// What happens to a connection that cannot go on as before. A client on the socket is closed. A guest is ignored until it asks for its
/// ring to be connected again, or the toolstack introduces it again.
/// </summary>
sealed class ConnectionEnds(Sessions sessions, ConnectionTable connections, ConnectionQueues queues)
{
    /// <summary>The client's bytes are not messages.</summary>
    internal void Violated(Connection connection)
    {
        string reason = $"it sent a message longer than {WireLimits.Payload} bytes";
        if (!connection.Session.IsSocket)
            Ignore(connection, RingFault.Protocol, reason);
        else if (queues.CloseAfterIteration(connection))
            connection.Log.Closed(reason);
    }

    /// <summary>The transport cannot go on as before.</summary>
    internal void Ended(Connection connection, TransferEnd end)
    {
        switch (end)
        {
            case TransferEnd.BadRing:
                Ignore(connection, RingFault.Index, "its ring indices are invalid");
                break;
            case TransferEnd.Reconnect:
                Reconnect(connection);
                break;
            default:
                queues.CloseAfterIteration(connection); // the messages that wait are sent first, if the client still reads
                break;
        }
    }

    /// <summary>Connects a guest's ring again, because the guest asked for it.</summary>
    internal void Reconnect(Connection connection)
    {
        sessions.Reset(connection.Session);
        connection.Reopen();
        connection.Session.Domain.IsIgnored = false;
        connection.Transport.Reconnect();
        queues.FlushAfterIteration(connection); // the page hears of it when the store is published
    }

    /// <summary>Stops serving a guest that broke the rules of its ring.</summary>
    internal void Ignore(Connection connection, RingFault fault, string reason)
    {
        sessions.Reset(connection.Session);
        connection.Ignore();
        connection.Session.Domain.IsIgnored = true;
        queues.FlushAfterIteration(connection);
        if ((connection.Session.Domain.Features & StoreFeatures.Error) != 0)
            connection.Transport.Report(fault);
        connection.Log.Ignored(reason);
    }

    /// <summary>Closes a connection and its session, if they are not closed.</summary>
    internal void Close(Connection connection)
    {
        connections.Close(connection);
        if (sessions.Find(connection.Session.Id) is not null)
            sessions.Close(connection.Session);
    }

    /// <summary>Closes all connections, as if each client had left.</summary>
    internal void CloseAll()
    {
        foreach (var session in sessions.All.ToArray())
            if (Connection.Of(session) is { } connection)
                Close(connection);
    }
}
