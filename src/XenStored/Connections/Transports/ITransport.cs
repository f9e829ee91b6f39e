using Xen.Linux.Loop;

namespace XenStored.Connections.Transports;

/// <summary>Moves bytes of one connection, without blocking.</summary>
interface ITransport
{
    /// <summary>Begins to tell when there is something to read, or room to write for what waits.</summary>
    void Begin(IReadyHandler handler);

    /// <summary>A guest wants its ring connected anew.</summary>
    bool WantsReconnection => false;

    /// <summary>Reads what is there; answers the bytes read.</summary>
    int Read(Span<byte> into, out Transfer end);

    /// <summary>
    /// Ends a read: all of it was served but the last bytes. Answers whether the transport keeps those to be read again, so that the
    /// caller need not.
    /// </summary>
    bool TryPutBack(int unserved);

    /// <summary>
    /// After a read that ended within a message: its rest may be a moment away, and it is cheaper to look again than to be told.
    /// </summary>
    bool MayLinger => false;

    /// <summary>
    /// More came after the last read, which nobody will announce; a socket's readiness lasts as long as there is something.
    /// </summary>
    bool HasMore => false;

    /// <summary>Writes what there is room for; answers the bytes written.</summary>
    int Write(ReadOnlySpan<byte> bytes, out Transfer end);

    /// <summary>The iteration ends: wake the other side if something moved; wait for room if something is left.</summary>
    void Flush(bool hasMore, bool wantsRead);

    /// <summary>Ends the connection.</summary>
    void Close();
}
