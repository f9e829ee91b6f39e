using System.Runtime.InteropServices;

namespace XenStored.Tree.Storage;

/// <summary>
/// Hands out blocks from slabs of 16 KB, each of one size class, and takes them back. What it knows lives in this process only: after a
/// restart it is told which blocks are reachable, and all else is free. Freeing the last block of a slab frees it for any class.
/// </summary>
sealed class Slabs
{
    internal const int SlabSize = 16 * 1024;
    const int SlabGranules = SlabSize / Ref.GranuleSize;
    const int NoSlab = -1;
    const byte NoClass = 0xFF;
    const int ForRemovals = 64;

    /// <summary>Granules of each class: every multiple of 16 bytes up to 384, then four to a doubling.</summary>
    static readonly int[] ClassGranules =
    [
        .. Enumerable.Range(1, 24), 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896,
        BlockHeader.MostGranules,
    ];
    static readonly byte[] ClassOf = MakeClassOf();

    struct Slab
    {
        internal byte Class;
        internal ushort Live, FirstFree, Bump; // FirstFree: 1 + granule within the slab; 0 is none
        internal int Next, Previous;           // among the slabs of its class that have room, or among the empty ones
    }

    readonly StoreFile file;
    readonly int[] roomy = new int[ClassGranules.Length];
    int allocated, refusal;
    Slab[] slabs = new Slab[64];
    int count;
    int empty = NoSlab;

    internal Slabs(StoreFile file)
    {
        this.file = file;
        Array.Fill(roomy, NoSlab);
        AddNewSlabs();
    }

    /// <summary>Bytes in blocks that are in use, each rounded up to its class.</summary>
    internal long LiveBytes { get; private set; }

    /// <summary>Blocks that were allocated since this was asked last.</summary>
    internal int TakeAllocated()
    {
        int count = allocated;
        allocated = 0;
        return count;
    }

    /// <summary>The errno with which more memory was last refused, since this was asked last; 0: it was not.</summary>
    internal int TakeRefusal()
    {
        int errno = refusal;
        refusal = 0;
        return errno;
    }

    /// <summary>Slabs without a block, ready for any class.</summary>
    internal int EmptySlabs { get; private set; }

    /// <summary>
    /// Makes sure that blocks of <paramref name="bytes"/> in all can be had without growing, whatever their sizes. To be asked before a
    /// request changes anything, so that no allocation fails in its middle.
    /// </summary>
    /// <param name="isRemoval">May take the last slabs, which others leave: it must be possible to make room in a full store.</param>
    internal bool TryReserve(long bytes, bool isRemoval = false)
    {
        // A slab may waste up to half for the largest classes, and each class may need to begin a slab of its own.
        long needed = 2 * bytes / SlabSize + 1 + Math.Min(ClassGranules.Length, 2 * bytes / 64) + (isRemoval ? 0 : ForRemovals);
        while (EmptySlabs < needed)
        {
            if (!file.TryGrow(out int errno))
            {
                refusal = errno;
                return false;
            }
            AddNewSlabs();
        }
        return true;
    }

    /// <summary>A block of at least <paramref name="bytes"/> bytes, its header written, the rest as it was.</summary>
    internal Ref Allocate(long born, BlockKind kind, int bytes, out Span<byte> block)
    {
        int granules = (bytes + Ref.GranuleSize - 1) / Ref.GranuleSize;
        int sizeClass = ClassOf[granules];
        int index = roomy[sizeClass];
        if (index == NoSlab)
            index = Begin(sizeClass);
        ref Slab slab = ref slabs[index];
        granules = ClassGranules[sizeClass];

        Ref taken;
        if (slab.FirstFree != 0)
        {
            taken = new((uint)(index * SlabGranules + slab.FirstFree - 1));
            slab.FirstFree = (ushort)file.Header(taken).Born; // a free block's header holds the next one
        }
        else
        {
            taken = new((uint)(index * SlabGranules + slab.Bump));
            slab.Bump += (ushort)granules;
        }
        slab.Live++;
        allocated++;
        LiveBytes += granules * Ref.GranuleSize;
        if (IsFull(slab))
            Unlink(ref roomy[sizeClass], index);

        block = file.Bytes(taken.Offset, granules * Ref.GranuleSize);
        MemoryMarshal.Write(block, new BlockHeader(born, kind, granules));
        return taken;
    }

    /// <summary>Takes a block back at once. Nobody may refer to it any more: neither the published root nor a snapshot.</summary>
    internal void Free(Ref block)
    {
        int index = (int)(block.Granule / SlabGranules);
        ref Slab slab = ref slabs[index];
        ref BlockHeader header = ref file.Header(block);
        if (header.Kind == BlockKind.Free)
            throw new InvalidOperationException($"block {block.Granule} is freed twice"); // a bug of ours, caught before it spreads
        bool wasFull = IsFull(slab);
        LiveBytes -= header.Granules * Ref.GranuleSize;
        header = new(slab.FirstFree, BlockKind.Free, header.Granules);
        slab.FirstFree = (ushort)(block.Granule % SlabGranules + 1);
        slab.Live--;
        if (wasFull)
            Link(ref roomy[slab.Class], index);
        if (slab.Live == 0)
            End(index);
    }

    /// <summary>Forgets all, so that <see cref="Keep"/> can tell what is in use after a restart.</summary>
    internal void BeginMark()
    {
        Array.Clear(slabs);
        Array.Fill(roomy, NoSlab);
        (count, empty, EmptySlabs, LiveBytes) = (1, NoSlab, 0, 0);
        while ((long)count * SlabSize < file.Length)
        {
            EnsureTable();
            slabs[count++] = new() { Class = NoClass };
        }
    }

    /// <summary>Says that a reachable block is in use. Each block is to be named once.</summary>
    internal void Keep(Ref block)
    {
        ref Slab slab = ref slabs[block.Granule / SlabGranules];
        int granules = file.Header(block).Granules;
        slab.Class = ClassOf[granules];
        slab.Live++;
        slab.Bump = Math.Max(slab.Bump, (ushort)(block.Granule % SlabGranules + granules));
        LiveBytes += granules * Ref.GranuleSize;
    }

    /// <summary>Ends the mark: whatever was not kept is free.</summary>
    /// <param name="isKept">Whether the block at this place was kept.</param>
    internal void EndMark(Func<Ref, bool> isKept)
    {
        for (int index = count - 1; index > 0; index--)
        {
            ref Slab slab = ref slabs[index];
            if (slab.Live == 0)
            {
                Release(index);
                continue;
            }
            int granules = ClassGranules[slab.Class];
            for (int at = slab.Bump - granules; at >= 0; at -= granules)
            {
                var place = new Ref((uint)(index * SlabGranules + at));
                if (isKept(place))
                    continue;
                file.Header(place) = new(slab.FirstFree, BlockKind.Free, granules);
                slab.FirstFree = (ushort)(at + 1);
            }
            if (!IsFull(slab))
                Link(ref roomy[slab.Class], index);
        }
    }

    static bool IsFull(in Slab slab) => slab.FirstFree == 0 && slab.Bump + ClassGranules[slab.Class] > SlabGranules;

    int Begin(int sizeClass)
    {
        int index = empty;
        if (index == NoSlab)
            throw new InvalidOperationException("no room was reserved for this request"); // a bug of ours: TryReserve comes first
        Unlink(ref empty, index);
        EmptySlabs--;
        slabs[index] = new() { Class = (byte)sizeClass };
        Link(ref roomy[sizeClass], index);
        return index;
    }

    void End(int index)
    {
        Unlink(ref roomy[slabs[index].Class], index);
        Release(index);
    }

    void Release(int index)
    {
        slabs[index] = new() { Class = NoClass };
        Link(ref empty, index);
        EmptySlabs++;
    }

    void AddNewSlabs()
    {
        if (count == 0)
            count = 1; // the first slab holds the superblock and is never handed out
        int before = count;
        for (; (long)count * SlabSize < file.Length; count++)
            EnsureTable();
        for (int index = count - 1; index >= before; index--)
            Release(index); // the lowest comes first into use
    }

    void EnsureTable()
    {
        if (count == slabs.Length)
            Array.Resize(ref slabs, count * 2);
    }

    void Link(ref int head, int index)
    {
        slabs[index].Next = head;
        slabs[index].Previous = NoSlab;
        if (head != NoSlab)
            slabs[head].Previous = index;
        head = index;
    }

    void Unlink(ref int head, int index)
    {
        ref Slab slab = ref slabs[index];
        if (slab.Previous != NoSlab)
            slabs[slab.Previous].Next = slab.Next;
        else
            head = slab.Next;
        if (slab.Next != NoSlab)
            slabs[slab.Next].Previous = slab.Previous;
    }

    static byte[] MakeClassOf()
    {
        var table = new byte[BlockHeader.MostGranules + 1];
        for (int granules = 0, sizeClass = 0; granules < table.Length; granules++)
        {
            if (granules > ClassGranules[sizeClass])
                sizeClass++;
            table[granules] = (byte)sizeClass;
        }
        return table;
    }
}
