using System.Runtime.InteropServices;
using Xen.Protocol.Wire;

namespace Xen.Protocol.Rings;

/// <summary>
/// The page through which a guest talks to the store (struct xenstore_domain_interface, public/io/xs_wire.h). Byte orders are the
/// machine's; Xen guests share it.
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

    /// <summary>What the guest asks.</summary>
    public ByteRing Requests => new(page[..RingSize], ref Shared.RequestsConsumed, ref Shared.RequestsProduced);

    /// <summary>What the guest is answered.</summary>
    public ByteRing Replies => new(page.Slice(RingSize, RingSize), ref Shared.RepliesConsumed, ref Shared.RepliesProduced);

    /// <summary>
    /// The port that the hypervisor gave to a domain which it made itself, before there was a toolstack; else 0 (Xen 4.21 on).
    /// </summary>
    public uint GivenPort => Volatile.Read(ref Shared.EventChannelPort);

    /// <summary>Tells the guest what this store offers.</summary>
    public void Offer(StoreFeatures features) => Volatile.Write(ref Shared.Features, (uint)features);

    /// <summary>Tells the guest why it is ignored.</summary>
    public void Report(RingFault fault) => Volatile.Write(ref Shared.Error, (uint)fault);

    /// <summary>Whether the guest wants its ring connected anew.</summary>
    public bool WantsReconnection => Volatile.Read(ref Shared.Connection) != Connected;

    /// <summary>Empties both rings and clears a wish for reconnection, as INTRODUCE does; the bytes stay.</summary>
    public void Reset()
    {
        Empty();
        Volatile.Write(ref Shared.Connection, Connected);
    }

    /// <summary>
    /// Serves a wish for reconnection: both rings empty, their bytes 0xFF so that nothing old is taken for a message, and only then
    /// connected (xenstore-ring.txt, "Connection state").
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
        ref StoreFields fields = ref Shared;
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
