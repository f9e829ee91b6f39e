using System.Collections;
using System.Runtime.InteropServices;
using XenStored.Crashes;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tree.Storage.InPlace;

/// <summary>
/// Numbers that change in almost every iteration, and become true with the publish of the iteration. Each slot has two halves. A half has
/// the number of the publish that makes it true. Worked example: publish 7 made the first half true. A write for publish 8 goes into the
/// second half. If the process dies before publish 8, the next one clears the second half, and the first counts again. Beside its halves a
/// slot has its owner and a mark, which are true as soon as they are written.
/// </summary>
sealed class TwinSlots
{
    const int HalfSize = 24, OwnerOffset = 2 * HalfSize, SlotSize = OwnerOffset + 24;

    /// <summary>The number of slots.</summary>
    internal const int Count = (FileLayout.SlotsEnd - FileLayout.Slots) / SlotSize;

    [StructLayout(LayoutKind.Sequential)]
    struct Half
    {
        internal long Number; // 0: never written
        internal SlotNumbers Numbers;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct AtOnce
    {
        internal ulong Socket;
        internal long Session, Mark;
    }

    readonly StoreFile file;
    readonly Superblock superblock;
    readonly BitArray taken = new(Count);
    readonly byte[] newest = new byte[Count];
    int free; // no slot below this one is free

    /// <summary>Opens the slots. What was not published is cleared.</summary>
    internal TwinSlots(StoreFile file, Superblock superblock)
    {
        (this.file, this.superblock) = (file, superblock);
        for (int slot = 0; slot < Count; slot++)
        {
            for (int i = 0; i < 2; i++)
                if (At(slot, i).Number > superblock.Number)
                    At(slot, i) = default;
            newest[slot] = (byte)(At(slot, 1).Number > At(slot, 0).Number ? 1 : 0);
        }
    }

    /// <summary>Whether something was written that the last publish has not made true.</summary>
    internal bool WaitsForPublish { get; private set; }

    /// <summary>Takes a free slot. Null: there is none.</summary>
    internal int? Take(SlotOwner owner)
    {
        while (free < Count && taken[free])
            free++;
        if (free == Count)
            return null;
        taken[free] = true;
        Own(free, owner);
        return free;
    }

    /// <summary>Takes the slot that another process had. False: it is no slot, or taken.</summary>
    /// <param name="owner">Who has to have had it.</param>
    internal bool TryTake(int slot, SlotOwner owner)
    {
        if (slot < 0 || slot >= Count || taken[slot] || Owner(slot) != owner)
            return false;
        taken[slot] = true;
        return true;
    }

    /// <summary>Whether somebody has the slot.</summary>
    internal bool IsTaken(int slot) => taken[slot];

    /// <summary>The slot is free again.</summary>
    internal void Free(int slot)
    {
        Own(slot, default);
        Crash.At(CrashPoint.SlotIsFree);
        taken[slot] = false;
        free = Math.Min(free, slot);
    }

    /// <summary>Who has the slot, or had it in an earlier process.</summary>
    internal SlotOwner Owner(int slot) => new(Volatile.Read(ref AtOnceOf(slot).Socket), AtOnceOf(slot).Session);

    // In this order no process finds a socket with the session of another.
    void Own(int slot, SlotOwner owner)
    {
        ref var place = ref AtOnceOf(slot);
        Volatile.Write(ref place.Socket, 0);
        Crash.At(CrashPoint.SlotLosesOwner);
        Volatile.Write(ref place.Session, owner.Session);
        Crash.At(CrashPoint.SlotGetsSession);
        Volatile.Write(ref place.Socket, owner.Socket);
        Crash.At(CrashPoint.SlotGetsOwner);
    }

    /// <summary>The numbers of a slot as they were written last.</summary>
    internal SlotNumbers Read(int slot) => At(slot, newest[slot]).Numbers;

    /// <summary>
    /// The numbers that were published before those of <see cref="Read"/>. Null: there are none, or they were written over by numbers that
    /// were not published.
    /// </summary>
    internal SlotNumbers? ReadBefore(int slot) => At(slot, newest[slot] ^ 1) is { Number: > 0 } half ? half.Numbers : null;

    /// <summary>Writes the numbers of a slot. The next publish makes them true.</summary>
    internal void Write(int slot, SlotNumbers numbers)
    {
        long number = superblock.Number + 1;
        if (At(slot, newest[slot]).Number != number)
            newest[slot] ^= 1;
        At(slot, newest[slot]) = new() { Number = number, Numbers = numbers };
        Crash.At(CrashPoint.SlotIsWritten);
        WaitsForPublish = true;
    }

    /// <summary>Marks the present numbers: what they ask for was done. This is true at once.</summary>
    internal void Mark(int slot) => Volatile.Write(ref AtOnceOf(slot).Mark, At(slot, newest[slot]).Number);

    /// <summary>Whether the present numbers are marked.</summary>
    internal bool IsMarked(int slot) => AtOnceOf(slot).Mark == At(slot, newest[slot]).Number;

    internal void Published() => WaitsForPublish = false;

    ref Half At(int slot, int half) =>
        ref MemoryMarshal.AsRef<Half>(file.Bytes(FileLayout.Slots + slot * SlotSize + half * HalfSize, HalfSize));

    ref AtOnce AtOnceOf(int slot) =>
        ref MemoryMarshal.AsRef<AtOnce>(file.Bytes(FileLayout.Slots + slot * SlotSize + OwnerOffset, SlotSize - OwnerOffset));
}
