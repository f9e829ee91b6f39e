namespace XenStored.Streams.Contents;

/// <summary>One connection: the ring of a guest, or a client on the socket. Exactly one of the two is given.</summary>
/// <param name="id">Its number within the stream, which its watches name; not 0.</param>
sealed class StreamConnection(uint id)
{
    internal uint Id => id;

    /// <summary>The guest; null for a client on the socket.</summary>
    internal StreamRing? Ring { get; init; }

    /// <summary>The descriptor of the client's socket; null for a guest.</summary>
    internal int? Socket { get; init; }

    /// <summary>Bytes that were taken from the client and not yet served: whole requests, and the begin of one.</summary>
    internal byte[] Input { get; init; } = [];

    /// <summary>Bytes that the client has not got yet: replies and events, in this order.</summary>
    internal byte[] Output { get; init; } = [];

    /// <summary>
    /// How many of the first bytes of <see cref="Output"/> are the rest of a message whose begin the client has already got. A whole
    /// message follows.
    /// </summary>
    internal int UnfinishedOutput { get; init; }

    /// <summary>Its watches, in the order in which they were set.</summary>
    internal List<StreamWatch> Watches { get; } = [];
}
