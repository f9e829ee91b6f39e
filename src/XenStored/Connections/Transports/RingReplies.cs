using Xen.Hypervisor;
using Xen.Protocol.Rings;
using XenStored.Crashes;

namespace XenStored.Connections.Transports;

/// <summary>
/// The replies and events in a guest's page. The guest sees them only after <see cref="Show"/>, when the page has our index; a guest may
/// write another one there, which then counts.
/// </summary>
sealed class RingReplies(GuestPage page)
{
    uint shown; // the index that the page has from us

    /// <summary>The index behind the last byte that was put.</summary>
    internal uint Produced { get; private set; }

    /// <summary>The bytes that were ever put, modulo 2^32.</summary>
    internal uint Sent { get; private set; }

    /// <summary>Bytes were put since the guest was last notified.</summary>
    internal bool HasMoved { get; set; }

    /// <summary>Whether a byte would fit.</summary>
    internal bool HasSpace => Ring.FreeAt(Produced) > 0;

    ByteRing Ring => new StorePage(page.Bytes).Replies;

    /// <summary>Takes over the index that the page has, and returns it.</summary>
    internal uint TakePage() => shown = Ring.Produced;

    /// <summary>Goes on behind another byte.</summary>
    /// <param name="sent">The bytes that were ever put.</param>
    internal void GoOnAt(uint index, uint sent) => (Produced, Sent) = (index, sent);

    /// <summary>Puts as many bytes as fit. Returns their number.</summary>
    internal int Write(ReadOnlySpan<byte> bytes, out TransferEnd end)
    {
        FollowGuest();
        int count = Ring.Place(Produced, bytes);
        end = count < 0 ? TransferEnd.BadRing : TransferEnd.Fine;
        int written = Math.Max(count, 0);
        Crash.At(CrashPoint.RingIsFilled);
        Produced += (uint)written;
        Sent += (uint)written;
        HasMoved |= written > 0;
        return written;
    }

    /// <summary>Shows the guest what was put.</summary>
    internal void Show()
    {
        FollowGuest();
        if (shown != Produced)
            Ring.MoveProduced(Produced);
        shown = Produced;
    }

    void FollowGuest()
    {
        uint present = Ring.Produced;
        if (present != shown)
            Produced = shown = present;
    }
}
