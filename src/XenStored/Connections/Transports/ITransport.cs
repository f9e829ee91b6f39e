using Xen.Linux.Loop;

namespace XenStored.Connections.Transports;

/// <summary>Moves the bytes of one connection, without blocking.</summary>
interface ITransport
{
    /// <summary>Begins to call a handler when there is something to read, or space for bytes that wait.</summary>
    void Begin(IReadyHandler handler);

    /// <summary>Whether a guest asks to have its ring connected again.</summary>
    bool WantsReconnection => false;

    /// <summary>Reads the bytes that are there. Returns their number.</summary>
    int Read(Span<byte> into, out Transfer end);

    /// <summary>
    /// Ends a read. All bytes were served except the last ones. True: the transport keeps those, and the next read returns them again.
    /// False: the caller must keep them.
    /// </summary>
    bool TryPutBack(int unserved);

    /// <summary>
    /// Whether the rest of a message may come in a moment, after a read that ended within the message. Then looking again is cheaper than
    /// waiting for a notification.
    /// </summary>
    bool MayLinger => false;

    /// <summary>
    /// Whether more bytes came after the last read for which no notification comes. A socket stays ready while it has bytes, so it never
    /// needs this.
    /// </summary>
    bool HasMore => false;

    /// <summary>Writes as many bytes as fit. Returns their number.</summary>
    int Write(ReadOnlySpan<byte> bytes, out Transfer end);

    /// <summary>The iteration ends. Notifies the other side if bytes moved.</summary>
    /// <param name="hasMore">Bytes wait, so the transport must wait for space.</param>
    /// <param name="wantsRead">The connection may be read.</param>
    void Flush(bool hasMore, bool wantsRead);

    /// <summary>Ends the connection.</summary>
    void Close();
}
