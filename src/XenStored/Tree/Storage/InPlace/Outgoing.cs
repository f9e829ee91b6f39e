using System.Runtime.InteropServices;
using XenStored.Crashes;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tree.Storage.InPlace;

/// <summary>
/// The bytes that the clients on the socket are to get after the next publish. They become true with that publish, and are true until the
/// one after it. What still waits then has been recorded elsewhere. There are two areas, for publishes with even and with odd numbers.
/// </summary>
sealed class Outgoing
{
    const int AreaSize = FileLayout.OutgoingSize, Entries = 256, EntrySize = 32, DataStart = Entries * EntrySize;

    [StructLayout(LayoutKind.Sequential)]
    struct Entry
    {
        internal long Number; // of the publish that makes it true
        internal int Slot;
        internal uint Tag, Position;
        internal int Data, Length;
    }

    readonly StoreFile file;
    readonly Superblock superblock;
    int used, data = DataStart;

    /// <summary>Opens the areas.</summary>
    /// <exception cref="InvalidDataException">What an earlier process left is damaged.</exception>
    internal Outgoing(StoreFile file, Superblock superblock)
    {
        (this.file, this.superblock) = (file, superblock);
        At(superblock.Number + 1, 0).Number = 0; // what an earlier process added and did not publish never becomes true
        for (int i = 0; i < Entries && At(superblock.Number, i) is { Number: > 0 } entry && entry.Number == superblock.Number; i++)
            if (entry.Data < DataStart || entry.Data > FileLayout.OutgoingSize || entry.Length < 0
                || entry.Length > FileLayout.OutgoingSize - entry.Data)
                throw new InvalidDataException("what waits for a client lies where it cannot lie");
    }

    /// <summary>Whether something was added that the last publish has not made true.</summary>
    internal bool WaitsForPublish => used > 0;

    /// <summary>Gives the place for bytes that become true with the next publish. Empty: there is none left.</summary>
    /// <param name="slot">The client's.</param>
    /// <param name="tag">The tag of the slot's owner.</param>
    /// <param name="position">How many bytes the client was or will be sent before these, modulo 2^32.</param>
    internal Span<byte> Add(int slot, uint tag, uint position, int length)
    {
        if (used == Entries || AreaSize - data < length)
            return [];
        long number = superblock.Number + 1;
        At(number, used++) = new() { Number = number, Slot = slot, Tag = tag, Position = position, Data = data, Length = length };
        if (used < Entries)
            At(number, used).Number = 0;
        var place = file.Bytes(Area(number) + data, length);
        data += length;
        Crash.At(CrashPoint.OutgoingHasPlace);
        return place;
    }

    /// <summary>What the last publish made true, in its order.</summary>
    internal List<(int Slot, uint Tag, uint Position, byte[] Bytes)> Earlier()
    {
        var all = new List<(int, uint, uint, byte[])>();
        for (int i = 0; i < Entries && At(superblock.Number, i) is var entry && entry.Number == superblock.Number; i++)
            all.Add((entry.Slot, entry.Tag, entry.Position, file.Bytes(Area(superblock.Number) + entry.Data, entry.Length).ToArray()));
        return all;
    }

    internal void Published() => (used, data) = (0, DataStart);

    ref Entry At(long number, int index) =>
        ref MemoryMarshal.AsRef<Entry>(file.Bytes(Area(number) + index * EntrySize, EntrySize));

    static int Area(long number) => FileLayout.Outgoing + (int)(number & 1) * AreaSize;
}
