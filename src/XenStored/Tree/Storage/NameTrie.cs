using System.Numerics;
using System.Runtime.InteropServices;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree.Storage;

/// <summary>
/// The children of a wide node by name. It is a hash trie with sequence numbers, not references, so that a change below a child does not
/// change the trie.
/// <code>header 8 | bitmap 4 | entries 4n: a sequence number, or with the highest bit set another block</code>
/// Each level uses five bits of the hash. Names below the last level share sixty bits of a secret hash. They are in one bucket; its
/// "bitmap" is their number. Sequence numbers begin at 1.
/// </summary>
static class NameTrie
{
    const int Bits = 5, Levels = 12, BitmapOffset = 8, EntriesOffset = 12, EntrySize = 4;
    const uint BlockFlag = 0x8000_0000;

    internal static ReadOnlySpan<uint> Entries(ReadOnlySpan<byte> block)
    {
        uint bitmap = Bitmap(block);
        bool isBucket = MemoryMarshal.Read<BlockHeader>(block).Kind == BlockKind.Bucket;
        int count = isBucket ? (int)bitmap : BitOperations.PopCount(bitmap);
        return MemoryMarshal.Cast<byte, uint>(block.Slice(EntriesOffset, EntrySize * count));
    }

    /// <summary>Whether a block that an earlier process left has its entries, and refers to blocks of names.</summary>
    internal static bool IsSound(Blocks blocks, Ref at)
    {
        var block = blocks[at];
        uint bitmap = Bitmap(block);
        long count = blocks.Kind(at) == BlockKind.Bucket ? bitmap : BitOperations.PopCount(bitmap);
        if (count == 0 || EntriesOffset + EntrySize * count > block.Length)
            return false;
        foreach (uint entry in Entries(block))
            if (IsBlock(entry, out var below) && blocks.Kind(below) is not (BlockKind.Names or BlockKind.Bucket))
                return false;
        return true;
    }

    /// <summary>Whether an entry is another block of this trie.</summary>
    internal static bool IsBlock(uint entry, out Ref block)
    {
        block = new(entry & ~BlockFlag);
        return (entry & BlockFlag) != 0;
    }

    /// <summary>Looks a name up and returns its sequence number and node.</summary>
    internal static bool TryFind(Blocks blocks, in WideChildren wide, ReadOnlySpan<byte> name, out uint sequence, out Ref child)
    {
        ulong hash = NameHash.Of(name, blocks.HashSeed);
        var at = wide.Names;
        (sequence, child) = (0, Ref.None);
        for (int level = 0; !at.IsNone; level++)
        {
            var block = blocks[at];
            if (IsBucket(level))
                return TryFindIn(blocks, wide, Entries(block), name, out sequence, out child);
            uint bit = 1u << Digit(hash, level);
            uint bitmap = Bitmap(block);
            if ((bitmap & bit) == 0)
                return false;
            uint entry = Entries(block)[Index(bitmap, bit)];
            if (!IsBlock(entry, out at))
                return TryFindIn(blocks, wide, [entry], name, out sequence, out child);
        }
        return false;
    }

    /// <summary>Adds a name that the trie does not have. The order trie must have its node already. Returns the new root.</summary>
    internal static Ref Add(Draft draft, Ref root, Ref order, ReadOnlySpan<byte> name, uint sequence) =>
        AddIn(draft, root, order, NameHash.Of(name, draft.Blocks.HashSeed), sequence, 0);

    /// <summary>Removes a name that the trie has. Returns the new root, none if the trie is empty.</summary>
    internal static Ref Remove(Draft draft, Ref root, ReadOnlySpan<byte> name, uint sequence)
    {
        uint rest = RemoveIn(draft, root, NameHash.Of(name, draft.Blocks.HashSeed), sequence, 0);
        return IsBlock(rest, out var block) ? block : Ref.None;
    }

    static bool TryFindIn(Blocks blocks, in WideChildren wide, ReadOnlySpan<uint> sequences, ReadOnlySpan<byte> name,
        out uint sequence, out Ref child)
    {
        foreach (uint candidate in sequences)
        {
            child = OrderTrie.Find(blocks, wide.Order, candidate);
            sequence = candidate;
            if (!child.IsNone && new NodeBlock(blocks, child).Name.SequenceEqual(name)) // none: the state that was left is damaged
                return true;
        }
        (sequence, child) = (0, Ref.None);
        return false;
    }

    static Ref AddIn(Draft draft, Ref at, Ref order, ulong hash, uint sequence, int level)
    {
        if (at.IsNone)
            return Build(draft, level, IsBucket(level) ? 1 : 1u << Digit(hash, level), [], [sequence], []);
        var block = draft.Blocks[at];
        uint bitmap = Bitmap(block);
        var entries = Entries(block);
        Ref built;
        if (IsBucket(level))
            built = Build(draft, level, bitmap + 1, entries, [sequence], []);
        else
        {
            uint bit = 1u << Digit(hash, level);
            int index = Index(bitmap, bit);
            if ((bitmap & bit) == 0)
                built = Build(draft, level, bitmap | bit, entries[..index], [sequence], entries[index..]);
            else
            {
                uint entry = entries[index];
                if (!IsBlock(entry, out var below))
                {
                    var neighbour = OrderTrie.Find(draft.Blocks, order, entry);
                    below = neighbour.IsNone ? Ref.None : AddIn(draft, Ref.None, order,
                        NameHash.Of(new NodeBlock(draft.Blocks, neighbour).Name, draft.Blocks.HashSeed), entry, level + 1);
                }
                below = AddIn(draft, below, order, hash, sequence, level + 1);
                return Patch(draft, at, index, below.Granule | BlockFlag);
            }
        }
        draft.Dead(at);
        return built;
    }

    // Returns what replaces the block: 0 for nothing, a single sequence number, which moves to the parent, or a block.
    static uint RemoveIn(Draft draft, Ref at, ulong hash, uint sequence, int level)
    {
        var block = draft.Blocks[at];
        uint bitmap = Bitmap(block);
        bool isBucket = IsBucket(level);
        var entries = Entries(block);
        uint bit = isBucket ? 0 : 1u << Digit(hash, level);
        int index = isBucket ? entries.IndexOf(sequence) : Index(bitmap, bit);
        if (!isBucket && IsBlock(entries[index], out var below))
        {
            uint rest = RemoveIn(draft, below, hash, sequence, level + 1);
            if (level > 0 && entries.Length == 1 && !IsBlock(rest, out _))
            {
                draft.Dead(at);
                return rest;
            }
            return Patch(draft, at, index, rest).Granule | BlockFlag;
        }

        uint left = 0;
        if (level > 0 && entries.Length == 2 && !IsBlock(entries[1 - index], out _))
            left = entries[1 - index];
        else if (entries.Length > 1)
            left = Build(draft, level, isBucket ? bitmap - 1 : bitmap & ~bit, entries[..index], [], entries[(index + 1)..]).Granule
                | BlockFlag;
        draft.Dead(at);
        return left;
    }

    // Builds a block from the entries of three spans.
    static Ref Build(Draft draft, int level, uint bitmap, ReadOnlySpan<uint> head, ReadOnlySpan<uint> between, ReadOnlySpan<uint> tail)
    {
        var kind = IsBucket(level) ? BlockKind.Bucket : BlockKind.Names;
        int count = head.Length + between.Length + tail.Length;
        var built = draft.Blocks.Allocate(draft.Epoch, kind, EntriesOffset + EntrySize * count, out var block);
        MemoryMarshal.Write(block[BitmapOffset..], bitmap);
        var entries = MemoryMarshal.Cast<byte, uint>(block[EntriesOffset..]);
        head.CopyTo(entries);
        between.CopyTo(entries[head.Length..]);
        tail.CopyTo(entries[(head.Length + between.Length)..]);
        return built;
    }

    static Ref Patch(Draft draft, Ref at, int index, uint entry)
    {
        at = draft.Copy(at, out var copy);
        MemoryMarshal.Write(copy[(EntriesOffset + EntrySize * index)..], entry);
        return at;
    }

    static bool IsBucket(int level) => level == Levels;
    static uint Bitmap(ReadOnlySpan<byte> block) => MemoryMarshal.Read<uint>(block[BitmapOffset..]);
    static int Digit(ulong hash, int level) => (int)(hash >> Bits * level) & 31;
    static int Index(uint bitmap, uint bit) => BitOperations.PopCount(bitmap & (bit - 1));
}
