using System.Runtime.InteropServices;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tree.Storage;

/// <summary>
/// The children of a wide node by sequence number, with 16 references in a block. New children are appended. A removal leaves a hole and
/// frees blocks that become empty. It changes no number, so it costs one path and not the whole directory.
/// <code>header 8 | level 4 | used 4 | references 4 x 16</code>
/// Level 0 refers to nodes, level n to blocks of level n - 1. "used" counts the references that are not none. A sequence number has seven
/// digits, which limits every walk and recursion here.
/// </summary>
static class OrderTrie
{
    /// <summary>The first number that is not used. When a directory has used all numbers below, its children get new numbers.</summary>
    internal const uint MostSequence = 0x0FFF_FFFF;

    const int HighestLevel = 6;
    const int Bits = 4, Fan = 1 << Bits, LevelOffset = 8, UsedOffset = 12, RefsOffset = 16, Size = RefsOffset + Ref.Size * Fan;

    internal static ReadOnlySpan<Ref> Refs(ReadOnlySpan<byte> block) =>
        MemoryMarshal.Cast<byte, Ref>(block.Slice(RefsOffset, Ref.Size * Fan));

    /// <summary>Whether a block that an earlier process left has references, and to blocks of the next lower level.</summary>
    internal static bool IsSound(Blocks blocks, Ref at)
    {
        var block = blocks[at];
        if (block.Length < Size || Level(block) is < 0 or > HighestLevel)
            return false;
        int used = 0;
        foreach (var below in Refs(block))
        {
            if (below.IsNone)
                continue;
            used++;
            if (Level(block) == 0
                ? blocks.Kind(below) != BlockKind.Node
                : blocks.Kind(below) != BlockKind.Order || blocks[below].Length < Size || Level(blocks[below]) != Level(block) - 1)
                return false;
        }
        return used > 0 && used == Used(block);
    }

    internal static Ref Find(Blocks blocks, Ref root, uint sequence)
    {
        if (root.IsNone || !Reaches(Level(blocks[root]), sequence))
            return Ref.None;
        while (!root.IsNone)
        {
            var block = blocks[root];
            int level = Level(block);
            root = Refs(block)[Digit(sequence, level)];
            if (level == 0)
                return root;
        }
        return Ref.None;
    }

    /// <summary>
    /// Sets the child at a sequence number; <see cref="Ref.None"/> removes it. Returns the new root, none if the trie is empty.
    /// </summary>
    internal static Ref Set(Draft draft, Ref root, uint sequence, Ref child)
    {
        if (root.IsNone)
            root = New(draft, 0);
        while (!Reaches(Level(draft.Blocks[root]), sequence))
            root = Raise(draft, root);
        return SetIn(draft, root, sequence, child);
    }

    /// <summary>Finds the child at or after a sequence number, and moves the number there; false at the end.</summary>
    internal static bool TryNext(Blocks blocks, Ref root, ref uint sequence, out Ref child)
    {
        child = Ref.None;
        while (!root.IsNone && Reaches(Level(blocks[root]), sequence))
            if (TryDescend(blocks, root, ref sequence, out child))
                return true;
        return false;
    }

    // Walks down once. At a dead end it moves the sequence number behind the hole and returns false. The caller begins at the root again.
    static bool TryDescend(Blocks blocks, Ref at, ref uint sequence, out Ref child)
    {
        while (true)
        {
            var block = blocks[at];
            int level = Level(block);
            int digit = Digit(sequence, level);
            int hole = Refs(block)[digit..].IndexOfAnyExcept(Ref.None);
            if (hole < 0)
            {
                sequence = Above(sequence, level) + (1u << Bits * (level + 1)); // at the root this is beyond the trie
                child = Ref.None;
                return false;
            }
            if (hole > 0)
                sequence = Above(sequence, level) | (uint)(digit + hole) << Bits * level;
            child = Refs(block)[digit + hole];
            if (level == 0)
                return true;
            at = child;
        }
    }

    static Ref SetIn(Draft draft, Ref at, uint sequence, Ref child)
    {
        int level = Level(draft.Blocks[at]);
        int digit = Digit(sequence, level);
        var before = Refs(draft.Blocks[at])[digit];
        var after = level == 0 ? child : SetIn(draft, before.IsNone ? New(draft, level - 1) : before, sequence, child);
        int used = Used(draft.Blocks[at]) + (after.IsNone ? 0 : 1) - (before.IsNone ? 0 : 1);
        if (used == 0)
        {
            draft.Dead(at);
            return Ref.None;
        }
        at = draft.Copy(at, out var copy);
        MemoryMarshal.Write(copy[UsedOffset..], used);
        MemoryMarshal.Write(copy[(RefsOffset + Ref.Size * digit)..], after);
        return at;
    }

    static Ref New(Draft draft, int level)
    {
        var made = draft.Blocks.Allocate(draft.Epoch, BlockKind.Order, Size, out var block);
        block[LevelOffset..].Clear();
        MemoryMarshal.Write(block[LevelOffset..], level);
        return made;
    }

    static Ref Raise(Draft draft, Ref root)
    {
        int used = Used(draft.Blocks[root]) == 0 ? 0 : 1;
        var raised = New(draft, Level(draft.Blocks[root]) + 1);
        if (used == 0)
        {
            draft.Dead(root);
            return raised;
        }
        var block = draft.Blocks.Mine(raised, draft.Epoch);
        MemoryMarshal.Write(block[UsedOffset..], used);
        MemoryMarshal.Write(block[RefsOffset..], root);
        return raised;
    }

    static bool Reaches(int level, uint sequence) => sequence >> Bits * (level + 1) == 0;
    static uint Above(uint sequence, int level) => sequence >> Bits * (level + 1) << Bits * (level + 1);
    static int Level(ReadOnlySpan<byte> block) => MemoryMarshal.Read<int>(block[LevelOffset..]);
    static int Used(ReadOnlySpan<byte> block) => MemoryMarshal.Read<int>(block[UsedOffset..]);
    static int Digit(uint sequence, int level) => (int)(sequence >> Bits * level) & (Fan - 1);
}
