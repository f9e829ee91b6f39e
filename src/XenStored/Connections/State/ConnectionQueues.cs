namespace XenStored.Connections.State;

/// <summary>
/// What the scheduler has to do for connections: which to serve, to flush, to look at again, and to close. Everybody may ask for something
/// by a method; only the scheduler and the outbox look into the queues.
/// </summary>
sealed class ConnectionQueues
{
    /// <summary>Connections that are served in the next iteration.</summary>
    internal ConnectionQueue Ready { get; } = new(QueueMarks.Ready);

    /// <summary>Connections that are flushed at the end of this iteration.</summary>
    internal ConnectionQueue Dirty { get; } = new(QueueMarks.Dirty);

    /// <summary>Connections that are not read because a gate is closed.</summary>
    internal ConnectionQueue Held { get; } = new(QueueMarks.Held);

    /// <summary>Connections that are not read because another one has priority.</summary>
    internal ConnectionQueue Deferred { get; } = new(QueueMarks.Deferred);

    /// <summary>Connections whose records are written again in the next iteration, because there was no memory for them.</summary>
    internal ConnectionQueue Unrecorded { get; } = new(QueueMarks.Unrecorded);

    /// <summary>Connections that are closed at the end of this iteration.</summary>
    internal List<Connection> Doomed { get; } = [];

    /// <summary>Has a connection served: it may have requests, and space for messages that wait for it.</summary>
    internal void Wake(Connection connection)
    {
        MarkReady(connection);
        if (!connection.Out.IsEmpty)
            FlushAfterIteration(connection);
    }

    /// <summary>Has what waits for a connection sent, and what it may do next looked at, when the iteration ends.</summary>
    internal void FlushAfterIteration(Connection connection) => Dirty.Add(connection);

    /// <summary>Has a connection served: it may have requests.</summary>
    internal void MarkReady(Connection connection)
    {
        if (connection.State != ConnectionState.Closed)
            Ready.Add(connection);
    }

    /// <summary>
    /// Closes a connection at the end of the iteration, after the messages that wait for it were sent. False: it is closed, or is to be
    /// closed already.
    /// </summary>
    internal bool CloseAfterIteration(Connection connection)
    {
        if (!connection.Doom())
            return false;
        Doomed.Add(connection);
        return true;
    }
}
