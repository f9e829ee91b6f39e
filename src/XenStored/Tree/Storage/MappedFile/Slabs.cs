using System.Runtime.InteropServices;

namespace XenStored.Tree.Storage.MappedFile;

/// <summary>
/// Allocates and frees blocks in slabs of 16 KiB. A slab has blocks of one size class. Its tables are in this process only: after a restart
/// <see cref="Keep"/> marks the reachable blocks, and all others are free. A slab without blocks can be used for any class.
/// </summary>
sealed class Slabs
{
    const int SlabSize = FileLayout.SlabSize, FirstSlab = FileLayout.FirstSlab;
    const int SlabGranules = SlabSize / Ref.GranuleSize;
    const int NoSlab = -1;
    const byte NoClass = 0xFF;
    const int ForRemovals = 64;

    /// <summary>Granules of each class: every multiple of 16 bytes up to 384, then four classes to a doubling.</summary>
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
        internal int Next, Previous;           // among the slabs of its class with free blocks, or among the empty slabs
    }

    readonly StoreFile file;
    readonly int[] usable = new int[ClassGranules.Length];
    int allocated, refusal;
    Slab[] slabs = new Slab[64];
    int count;
    int empty = NoSlab;

    internal Slabs(StoreFile file)
    {
        this.file = file;
        Array.Fill(usable, NoSlab);
        AddNewSlabs();
    }

    /// <summary>Bytes in blocks that are in use, each rounded up to its class.</summary>
    internal long LiveBytes { get; private set; }

    /// <summary>Returns the number of blocks that were allocated since the last call.</summary>
    internal int TakeAllocated()
    {
        int count = allocated;
        allocated = 0;
        return count;
    }

    /// <summary>Returns the errno of the last failure to get more memory since the last call; 0 if there was none.</summary>
    internal int TakeRefusal()
    {
        int errno = refusal;
        refusal = 0;
        return errno;
    }

    /// <summary>Slabs without a block, ready for any class.</summary>
    internal int EmptySlabs { get; private set; }

    /// <summary>
    /// Makes sure that blocks of <paramref name="bytes"/> in all can be allocated, whatever their sizes. Call this before a request changes
    /// anything, so that no allocation fails in its middle. False: the file cannot grow.
    /// </summary>
    /// <param name="isRemoval">May take the last slabs, which are reserved for removals. So nodes can be removed from a full store.</param>
    internal bool TryReserve(long bytes, bool isRemoval = false)
    {
        // A slab of the largest classes may waste up to half of itself, and each class may need a new slab.
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

    /// <summary>Allocates a block of at least <paramref name="bytes"/> bytes. Only its header is written; the rest has old bytes.</summary>
    internal Ref Allocate(long born, BlockKind kind, int bytes, out Span<byte> block)
    {
        int granules = (bytes + Ref.GranuleSize - 1) / Ref.GranuleSize;
        int sizeClass = ClassOf[granules];
        int index = usable[sizeClass];
        if (index == NoSlab)
            index = Begin(sizeClass);
        ref var slab = ref slabs[index];
        granules = ClassGranules[sizeClass];

        Ref taken;
        if (slab.FirstFree != 0)
        {
            taken = new((uint)(index * SlabGranules + slab.FirstFree - 1));
            slab.FirstFree = (ushort)file.Header(taken).Born; // a free block's header has the next free block
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
            Unlink(ref usable[sizeClass], index);

        block = file.Bytes(taken.Offset, granules * Ref.GranuleSize);
        MemoryMarshal.Write(block, new BlockHeader(born, kind, granules));
        return taken;
    }

    /// <summary>Frees a block at once. Neither the published root nor a snapshot may refer to it.</summary>
    internal void Free(Ref block)
    {
        int index = (int)(block.Granule / SlabGranules);
        ref var slab = ref slabs[index];
        ref var header = ref file.Header(block);
        if (header.Kind == BlockKind.Free)
            throw new InvalidOperationException($"block {block.Granule} is freed twice"); // a bug of ours
        bool wasFull = IsFull(slab);
        LiveBytes -= header.Granules * Ref.GranuleSize;
        header = new(slab.FirstFree, BlockKind.Free, header.Granules);
        slab.FirstFree = (ushort)(block.Granule % SlabGranules + 1);
        slab.Live--;
        if (wasFull)
            Link(ref usable[slab.Class], index);
        if (slab.Live == 0)
            End(index);
    }

    /// <summary>Begins to mark after a restart: no block is in use until <see cref="Keep"/> marks it.</summary>
    internal void BeginMark()
    {
        Array.Clear(slabs);
        Array.Fill(usable, NoSlab);
        (count, empty, EmptySlabs, LiveBytes) = (FirstSlab, NoSlab, 0, 0);
        while ((long)count * SlabSize < file.Length)
        {
            EnsureTable();
            slabs[count++] = new() { Class = NoClass };
        }
    }

    /// <summary>Marks a reachable block as used. Call this once for each block.</summary>
    /// <exception cref="InvalidDataException">It lies where no block of its length can lie.</exception>
    internal void Keep(Ref block)
    {
        int granules = file.Header(block).Granules, index = (int)(block.Granule / SlabGranules);
        int place = (int)(block.Granule % SlabGranules);
        byte sizeClass = ClassOf[granules];
        if (index < FirstSlab || granules == 0 || granules != ClassGranules[sizeClass] || place % granules != 0
            || place + granules > SlabGranules || slabs[index].Live > 0 && slabs[index].Class != sizeClass)
            throw new InvalidDataException($"block {block.Granule} lies where no block can lie");
        ref var slab = ref slabs[index];
        slab.Class = sizeClass;
        slab.Live++;
        slab.Bump = Math.Max(slab.Bump, (ushort)(block.Granule % SlabGranules + granules));
        LiveBytes += granules * Ref.GranuleSize;
    }

    /// <summary>Ends the marking. All blocks that were not marked are free.</summary>
    /// <param name="isKept">Whether the block at a place was marked.</param>
    internal void EndMark(Func<Ref, bool> isKept)
    {
        for (int index = count - 1; index >= FirstSlab; index--)
        {
            ref var slab = ref slabs[index];
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
                Link(ref usable[slab.Class], index);
        }
    }

    static bool IsFull(in Slab slab) => slab.FirstFree == 0 && slab.Bump + ClassGranules[slab.Class] > SlabGranules;

    int Begin(int sizeClass)
    {
        int index = empty;
        if (index == NoSlab)
            throw new InvalidOperationException("no memory was reserved for this request"); // a bug of ours: TryReserve comes first
        Unlink(ref empty, index);
        EmptySlabs--;
        slabs[index] = new() { Class = (byte)sizeClass };
        Link(ref usable[sizeClass], index);
        return index;
    }

    void End(int index)
    {
        Unlink(ref usable[slabs[index].Class], index);
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
            count = FirstSlab;
        int before = count;
        for (; (long)count * SlabSize < file.Length; count++)
            EnsureTable();
        for (int index = count - 1; index >= before; index--)
            Release(index); // in this order the lowest is used first
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
        ref var slab = ref slabs[index];
        if (slab.Previous != NoSlab)
            slabs[slab.Previous].Next = slab.Next;
        else
            head = slab.Next;
        if (slab.Next != NoSlab)
            slabs[slab.Next].Previous = slab.Previous;
    }

    static byte[] MakeClassOf()
    {
        byte[] table = new byte[BlockHeader.MostGranules + 1];
        for (int granules = 0, sizeClass = 0; granules < table.Length; granules++)
        {
            if (granules > ClassGranules[sizeClass])
                sizeClass++;
            table[granules] = (byte)sizeClass;
        }
        return table;
    }
}
