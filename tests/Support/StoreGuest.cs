namespace Xen.Support;

/// <summary>
/// A guest's side of its ring to the store: bytes both ways, by a kernel's habits. What the bytes say is for others to know.
/// </summary>
public sealed class StoreGuest : GuestEnd
{
    const int RingSize = 1024, RepliesAt = 1024; // as xs_wire.h has the page
    const int RequestsConsumed = 2048, RequestsProduced = 2052, RepliesConsumed = 2056, RepliesProduced = 2060;

    readonly RingHabits habits;
    readonly int limitMs;

    /// <summary>Opens the ring of a domain; makes it if it is not there.</summary>
    /// <param name="habits">Null: plain ones.</param>
    /// <param name="limitMs">The longest sleep; -1: for ever, as cheaply as can be.</param>
    public StoreGuest(string folder, ushort domid, uint port, RingHabits? habits = null, int limitMs = Wait.LimitMs)
        : base(folder, "ring", domid, port, isBlocking: limitMs < 0) =>
        (this.habits, this.limitMs) = (habits ?? RingHabits.Plain, limitMs);

    /// <summary>What the guest asks.</summary>
    public GuestRing Requests => Ring(0, RingSize, RequestsConsumed, RequestsProduced);

    /// <summary>What it is answered.</summary>
    public GuestRing Replies => Ring(RepliesAt, RingSize, RepliesConsumed, RepliesProduced);

    /// <summary>Makes the files of a domain, which have to be there when it is introduced.</summary>
    public static void Prepare(string folder, ushort domid)
    {
        SharedFile.Make(Path.Combine(folder, $"ring.{domid}"), PageSize).Dispose();
        Fifo.Make(Path.Combine(folder, $"guest.{domid}"));
    }

    /// <summary>Puts all of the bytes into the ring; sleeps while they do not fit.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        var requests = Requests;
        while (!bytes.IsEmpty)
        {
            uint before = requests.Produced;
            int count = habits.InPieces || requests.Free >= bytes.Length ? requests.Put(bytes) : 0;
            if (count == 0)
                Sleep();
            else if (habits.Requests == Announces.Always || habits.Requests == Announces.WhenWaitedFor && requests.Consumed == before)
                Notify();
            bytes = bytes[count..];
        }
    }

    /// <summary>Takes so many bytes; sleeps until they have come.</summary>
    public void Receive(Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            int count = Take(into);
            if (count == 0)
                Sleep();
            into = into[count..];
        }
    }

    /// <summary>Takes what there is of so many bytes, or all of them or nothing where the kernel takes whole messages.</summary>
    /// <returns>How many they were.</returns>
    public int Take(Span<byte> into)
    {
        if (!habits.InPieces && Replies.Used < into.Length)
            return 0;
        int count = Replies.Take(into, out bool wasFull);
        if (count > 0 && (habits.Reads == Announces.Always || habits.Reads == Announces.WhenWaitedFor && wasFull))
            Notify();
        return count;
    }

    /// <summary>Sleeps until the daemon sends an event.</summary>
    public void Sleep()
    {
        if (AwaitEvents(limitMs) == 0 && limitMs >= 0)
            throw new TimeoutException($"domain {Domid} was never woken");
    }
}
