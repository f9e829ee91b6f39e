namespace XenStored.Connections;

/// <summary>
/// Connections in the order in which they were added. Each is in the queue once: a mark at the connection says so without a search.
/// </summary>
/// <param name="mark">The queue's mark, which only the queue sets and takes away.</param>
sealed class ConnectionQueue(Queues mark)
{
    readonly Queue<Connection> queue = new();

    internal int Count => queue.Count;

    internal bool Has(Connection connection) => (connection.Queues & mark) != 0;

    /// <summary>Adds a connection; false if it is in the queue already.</summary>
    internal bool Add(Connection connection)
    {
        if (Has(connection))
            return false;
        connection.Queues |= mark;
        queue.Enqueue(connection);
        return true;
    }

    /// <summary>Takes the first out; there must be one.</summary>
    internal Connection Take()
    {
        var connection = queue.Dequeue();
        connection.Queues &= ~mark;
        return connection;
    }
}
