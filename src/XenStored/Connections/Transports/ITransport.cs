using Xen.Linux.Loop;
using Xen.Linux.Sockets;
using Xen.Protocol.Rings;

namespace XenStored.Connections.Transports;

/// <summary>Moves the bytes of one connection, without blocking.</summary>
interface ITransport
{
    /// <summary>Begins to call a handler when there is something to read, or space for bytes that wait.</summary>
    void Begin(IReadyHandler handler);

    /// <summary>The process that connected; null if the other side is a guest.</summary>
    PeerCredentials? Peer => null;

    /// <summary>Whether a guest asks to have its ring connected again.</summary>
    bool WantsReconnection => false;

    /// <summary>Serves a guest's request for reconnection. Only a guest has one.</summary>
    void Reconnect()
    {
    }

    /// <summary>Writes into a guest's page why the guest is not served any more, and notifies the guest.</summary>
    void Report(RingFault fault)
    {
    }

    /// <summary>Reads the bytes that are there. Returns their number.</summary>
    int Read(Span<byte> into, out TransferEnd end);

    /// <summary>
    /// Ends a read. All bytes were served except the last ones. True: the transport keeps those, and the next read returns them again.
    /// False: the caller must keep them.
    /// </summary>
    bool EndRead(int unserved);

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

    /// <summary>Whether there is space again for which no notification has come yet. A socket becomes ready then, so it never needs this.
    /// </summary>
    bool HasSpace => false;

    /// <summary>
    /// Whether <see cref="Write"/> only puts bytes where the other side cannot see them before <see cref="ShowMoves"/>. Then it is called
    /// before the store is published, and what was written is part of what is published.
    /// </summary>
    bool ShowsLater => false;

    /// <summary>Writes as many bytes as fit. Returns their number.</summary>
    int Write(ReadOnlySpan<byte> bytes, out TransferEnd end);

    /// <summary>
    /// The store is published, so the ring of a guest that connects anew can be emptied. Call this before any client hears of it.
    /// </summary>
    void EmptyRingIfReconnecting()
    {
    }

    /// <summary>The store is published. Shows the other side what moved, and notifies it.</summary>
    /// <param name="hasMore">Bytes wait, so the transport must wait for space.</param>
    /// <param name="wantsRead">The connection may be read.</param>
    /// <returns>What can be done at once, and no notification will say so.</returns>
    Readiness ShowMoves(bool hasMore, bool wantsRead);

    /// <summary>Ends the connection.</summary>
    void Close();
}
