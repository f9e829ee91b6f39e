using System.Runtime.InteropServices;
using Xen.Protocol.Wire;

namespace Xen.Protocol.Rings;

/// <summary>
/// The page through which a guest talks to the store (struct xenstore_domain_interface, public/io/xs_wire.h). The byte order is the
/// machine's, and Xen guests have the same.
/// </summary>
/// <param name="page">The 4096 bytes.</param>
public readonly ref struct StorePage(Span<byte> page)
{
    /// <summary>Bytes of the page.</summary>
    public const int Size = 4096;
    /// <summary>Bytes of each ring.</summary>
    public const int RingSize = 1024;

    const int Connected = 0;

    readonly Span<byte> page = page[..Size];

    ref StoreFields Shared => ref MemoryMarshal.AsRef<StoreFields>(page[(2 * RingSize)..]);

    /// <summary>The ring of the guest's requests.</summary>
    public ByteRing Requests => new(page[..RingSize], ref Shared.RequestsConsumed, ref Shared.RequestsProduced);

    /// <summary>The ring of the replies and events.</summary>
    public ByteRing Replies => new(page.Slice(RingSize, RingSize), ref Shared.RepliesConsumed, ref Shared.RepliesProduced);

    /// <summary>
    /// The port of a domain that the hypervisor itself made, before there was a toolstack (Xen 4.21 on); 0 for every other domain.
    /// </summary>
    public uint GivenPort => Volatile.Read(ref Shared.EventChannelPort);

    /// <summary>Writes what this store offers, for the guest to read.</summary>
    public void Offer(StoreFeatures features) => Volatile.Write(ref Shared.Features, (uint)features);

    /// <summary>Writes why the guest is ignored, for the guest to read.</summary>
    public void Report(RingFault fault) => Volatile.Write(ref Shared.Error, (uint)fault);

    /// <summary>Whether the guest asks to have its ring connected again.</summary>
    public bool WantsReconnection => Volatile.Read(ref Shared.Connection) != Connected;

    /// <summary>Empties both rings and clears a request for reconnection, as INTRODUCE does. The bytes stay.</summary>
    public void Reset()
    {
        Empty();
        Volatile.Write(ref Shared.Connection, Connected);
    }

    /// <summary>
    /// Serves a request for reconnection: it empties both rings and fills them with 0xFF, so that no old byte is read as a message. Only
    /// then it writes that the ring is connected (xenstore-ring.txt, "Connection state").
    /// </summary>
    public void Reconnect()
    {
        page[..(2 * RingSize)].Fill(0xFF);
        Empty();
        Volatile.Write(ref Shared.Error, (uint)RingFault.None);
        Interlocked.MemoryBarrier();
        Volatile.Write(ref Shared.Connection, Connected);
    }

    void Empty()
    {
        ref var fields = ref Shared;
        fields.RequestsConsumed = fields.RequestsProduced = fields.RepliesConsumed = fields.RepliesProduced = 0;
        Interlocked.MemoryBarrier();
    }

    /// <summary>The fields behind the rings, from offset 2048.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct StoreFields
    {
        internal uint RequestsConsumed, RequestsProduced, RepliesConsumed, RepliesProduced;
        internal uint Features, Connection, Error, EventChannelPort;
    }
}
