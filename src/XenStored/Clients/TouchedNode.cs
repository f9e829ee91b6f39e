namespace XenStored.Clients;

/// <summary>A node that a transaction came across: what it read of it, what it did to it.</summary>
sealed class TouchedNode(byte[] path)
{
    internal byte[] Path { get; } = path;
    internal NodeParts Read { get; set; }
    /// <summary>Parts with a value of the transaction's own: reading them depends on nobody else.</summary>
    internal NodeParts Written { get; set; }
    /// <summary>Bytes charged for its value and permissions.</summary>
    internal int Held { get; set; }
    /// <summary>Watches hear of it at the commit.</summary>
    internal bool Fires { get; set; }
}
