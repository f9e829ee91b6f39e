namespace XenStored.Clients.Transacting;

/// <summary>A node that a transaction touched: the parts that it read and the parts that it wrote.</summary>
sealed class TouchedNode(byte[] path)
{
    internal byte[] Path { get; } = path;
    internal NodeParts Read { get; set; }
    /// <summary>Parts that the transaction wrote. Reading them later does not depend on other clients.</summary>
    internal NodeParts Written { get; set; }
    /// <summary>Bytes charged for its value and permissions.</summary>
    internal int Held { get; set; }
    /// <summary>Watches of it fire at the commit.</summary>
    internal bool Fires { get; set; }
}
