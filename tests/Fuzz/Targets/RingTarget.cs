using System.Buffers.Binary;
using Xen.Protocol.Rings;

namespace XenStored.Fuzz.Targets;

/// <summary>
/// The bytes are what the two sides of a ring do, and what a hostile one writes into its page: indices and bytes. What each operation
/// returns is compared with a list of the bytes that wait.
/// </summary>
sealed class RingTarget : ITarget
{
    const int Step = 6;

    readonly byte[] page = new byte[StorePage.Size], given = new byte[StorePage.Size], taken = new byte[StorePage.Size];
    readonly byte[] queue = new byte[StorePage.Size]; // the model: what waits, the oldest first
    int waiting, size, start, indices;

    public RingTarget()
    {
        for (int i = 0; i < given.Length; i++)
            given[i] = (byte)(i * 7 + i / 256);
    }

    ByteRing Ring => size == StorePage.RingSize ? new StorePage(page).Replies : new ConsolePage(page).Output;

    ref uint Consumed => ref System.Runtime.InteropServices.MemoryMarshal.AsRef<uint>(page.AsSpan(indices));
    ref uint Produced => ref System.Runtime.InteropServices.MemoryMarshal.AsRef<uint>(page.AsSpan(indices + 4));

    public void Run(ReadOnlySpan<byte> script)
    {
        if (script.IsEmpty)
            return;
        (size, start, indices) = script[0] % 2 == 0
            ? (StorePage.RingSize, StorePage.RingSize, 2 * StorePage.RingSize + 8)
            : (ConsolePage.OutputSize, ConsolePage.InputSize, ConsolePage.InputSize + ConsolePage.OutputSize + 8);
        page.AsSpan().Clear();
        waiting = 0;
        for (script = script[1..]; script.Length >= Step; script = script[Step..])
        {
            Act(script[0], BinaryPrimitives.ReadUInt32LittleEndian(script[1..]), script[5]);
            Compare();
        }
        page.AsSpan(start, size).Clear();
        page.AsSpan(indices, 8).Clear();
        Differs.Unless(!page.AsSpan().ContainsAnyExcept((byte)0), "something was written beside the ring");
    }

    public void Dispose() { }

    void Act(byte act, uint number, byte one)
    {
        int count = (int)(number % (uint)(size + 2));
        switch (act % 8)
        {
            case 0: Differs.From(Put(given.AsSpan(one, count)), Ring.Put(given.AsSpan(one, count)), "put"); break;
            case 1: Peek(0, count); break;
            case 2: Advance(count); break;
            case 3: Peek(count, one); break;
            case 4: Place(given.AsSpan(one, count), one); break;
            case 5: Consumed = one % 2 == 0 ? number : Produced - number % 4096; Follow(); break;
            case 6: Produced = one % 2 == 0 ? number : Consumed + number % 4096; Follow(); break;
            default: page[start + (int)(number % (uint)size)] = one; Follow(); break;
        }
    }

    bool IsSane => Produced - Consumed <= size;

    // The guest wrote into the page: what waits is now what lies between the indices.
    void Follow()
    {
        waiting = 0;
        if (IsSane)
            for (uint at = Consumed; at != Produced; at++)
                queue[waiting++] = page[start + at % size];
    }

    int Put(ReadOnlySpan<byte> bytes)
    {
        if (!IsSane)
            return -1;
        int count = Math.Min(bytes.Length, size - waiting);
        bytes[..count].CopyTo(queue.AsSpan(waiting));
        waiting += count;
        return count;
    }

    // A reader that keeps its index to itself has read so many already.
    void Peek(int before, int count)
    {
        before = Math.Min(before, waiting);
        int got = Ring.Peek(Consumed + (uint)before, taken.AsSpan(0, count));
        Differs.From(IsSane ? Math.Min(count, waiting - before) : -1, got, "peek");
        Differs.From(IsSane ? waiting > before : Produced != Consumed, Ring.HasBytesAt(Consumed + (uint)before), "bytes at an index");
        if (got > 0)
            Differs.From(queue.AsSpan(before, got), taken.AsSpan(0, got), "peeked bytes");
    }

    void Advance(int count)
    {
        count = Math.Min(count, waiting);
        Ring.Advance(count);
        waiting -= count;
        queue.AsSpan(count, waiting).CopyTo(queue);
    }

    // In two pieces, which the reader sees together.
    void Place(ReadOnlySpan<byte> bytes, byte cut)
    {
        var ring = Ring;
        uint produced = Produced;
        int first = Math.Min(cut, bytes.Length);
        int placed = ring.Place(produced, bytes[..first]);
        if (placed >= 0)
            placed += ring.Place(produced + (uint)placed, bytes[placed..]);
        Differs.From(IsSane ? waiting : -1, ring.Used, "bytes that are placed are not seen");
        if (placed >= 0)
            ring.MoveProduced(produced + (uint)placed);
        Produced = produced;
        int wanted = Put(bytes);
        Differs.From(wanted, placed, "place");
        Produced = produced + (uint)Math.Max(placed, 0);
    }

    void Compare()
    {
        var ring = Ring;
        Differs.From(IsSane ? waiting : -1, ring.Used, "used");
        Differs.From(IsSane ? size - waiting : -1, ring.Free, "free");
        Differs.From(Consumed != Produced, ring.HasBytes, "has bytes");
        if (IsSane)
            Differs.From((uint)waiting, ring.Produced - ring.Consumed, "indices");
    }
}
