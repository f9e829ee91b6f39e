using System.Runtime.InteropServices;

namespace XenStored.Tree.Storage.MappedFile;

/// <summary>
/// The file's first slab: a format version, the seed of the name hash, and two slots of 64 bytes. A publish writes the older slot. Memory
/// keeps the order of a program's writes even after kill -9. So a slot with a right check is complete, and a slot that is half written is
/// never chosen.
/// </summary>
sealed class Superblock
{
    /// <summary>The version of all layouts in the file. A file of another version is not read.</summary>
    internal const ulong Format = 0x31_30_65_72_6F_74_73_78; // "xstore01"

    const int SlotOffset = 64, SlotSize = 64;

    [StructLayout(LayoutKind.Sequential)]
    struct Head
    {
        internal ulong Format;
        internal ulong HashSeed;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Slot
    {
        internal PublishedRoot Root;
        internal ulong Check;
    }

    readonly StoreFile file;
    long number;

    /// <summary>Reads the file's head, or writes it if the file is new.</summary>
    /// <exception cref="InvalidDataException">The file is not a store of this format.</exception>
    internal Superblock(StoreFile file)
    {
        this.file = file;
        ref var head = ref MemoryMarshal.AsRef<Head>(file.Bytes(0, SlotOffset));
        if (head.Format == 0)
        {
            head.HashSeed = NameHash.NewSeed();
            Volatile.Write(ref head.Format, Format);
        }
        if (head.Format != Format)
            throw new InvalidDataException("the file is not a store of this version");
        HashSeed = head.HashSeed;
    }

    /// <summary>The secret seed of this file's name hashes. Without it no guest can choose names that collide.</summary>
    internal ulong HashSeed { get; }

    /// <summary>The newest root that was published completely; null in a new file.</summary>
    internal PublishedRoot? Newest()
    {
        PublishedRoot? newest = null;
        for (int i = 0; i < 2; i++)
        {
            ref var slot = ref At(i);
            if (slot.Check == CheckOf(slot.Root) && slot.Root.Number > (newest?.Number ?? 0))
                newest = slot.Root;
        }
        number = newest?.Number ?? 0;
        return newest;
    }

    /// <summary>Publishes a root. For any other process this is one step.</summary>
    internal void Publish(long epoch, long lastStamp, Ref node)
    {
        var root = new PublishedRoot(++number, epoch, lastStamp, node);
        ref var slot = ref At((int)(number & 1));
        Volatile.Write(ref slot.Check, 0);
        slot.Root = root;
        Volatile.Write(ref slot.Check, CheckOf(root)); // last: all blocks and the slot itself are written by now
    }

    ref Slot At(int index) => ref MemoryMarshal.AsRef<Slot>(file.Bytes(SlotOffset + index * SlotSize, SlotSize));

    static ulong CheckOf(in PublishedRoot root) =>
        NameHash.Mix(
            NameHash.Mix((ulong)root.Number ^ Format, (ulong)root.Epoch),
            NameHash.Mix((ulong)root.LastStamp + 1, root.Node.Granule)) | 1;
}
