namespace XenStored.Connections.State;

/// <summary>
/// Connections in the order in which they were added. Each is in the queue at most once: a mark at the connection shows that without a
/// search.
/// </summary>
/// <param name="mark">The queue's mark. Only the queue sets and clears it.</param>
sealed class ConnectionQueue(QueueMarks mark)
{
    readonly Queue<Connection> queue = new();

    internal int Count => queue.Count;

    internal bool Has(Connection connection) => (connection.Marks & mark) != 0;

    /// <summary>Adds a connection. False: it is in the queue already.</summary>
    internal bool Add(Connection connection)
    {
        if (Has(connection))
            return false;
        connection.Marks |= mark;
        queue.Enqueue(connection);
        return true;
    }

    /// <summary>Removes the first connection and returns it. The queue must not be empty.</summary>
    internal Connection Take()
    {
        var connection = queue.Dequeue();
        connection.Marks &= ~mark;
        return connection;
    }
}
