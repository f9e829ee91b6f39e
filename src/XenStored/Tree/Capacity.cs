using Xen.Protocol.Wire;
using XenStored.Tree.Storage;

namespace XenStored.Tree;

/// <summary>
/// How much memory a change may need at most. It is reserved before anything is changed, so that no change fails in its middle. The
/// numbers are upper bounds: one that is too large only makes the file grow a little earlier.
/// </summary>
static class Capacity
{
    /// <summary>Whatever is not counted below; as much as the largest value of a request.</summary>
    const int Spare = WireLimits.Payload;

    /// <summary>A block on the way is copied, and built again when it takes or loses a child.</summary>
    const int Copies = 2;

    /// <summary>What rounding up to a size class may add to a small block.</summary>
    const int Rounding = 2 * Ref.GranuleSize;

    /// <summary>
    /// One way down an index of a wide node: at most seven levels of an order trie and a new root, each block at most 96 bytes.
    /// </summary>
    const int IndexPath = 8 * 96;

    /// <summary>Bytes of both indexes for each child when a wide node is numbered anew.</summary>
    const int IndexAChild = 256;

    /// <summary>Makes sure that the change finds room. Without it nothing may be changed.</summary>
    /// <param name="mayTakeLast">May take the last slabs, which are left for removals; a removal always may.</param>
    internal static bool TryReserve(Blocks blocks, in Change change, bool mayTakeLast = false) =>
        blocks.Slabs.TryReserve(Needed(blocks, change), isRemoval: mayTakeLast || change.Kind == ChangeKind.Remove);

    static long Needed(Blocks blocks, in Change change)
    {
        int permissions = Permission.Size * change.Permissions.Length;
        long bytes = Spare + Copies * (change.Value.Length + permissions);
        if (change.Kind == ChangeKind.Create)
        {
            var names = change.Missing;
            int nodes = names.Count((byte)'/') + 1;
            bytes += names.Length + nodes * (long)(NodeHead.Size + NodeBlock.ChildSize + permissions + Rounding);
            if (change.Walk.Node is { IsWide: true } parent && parent.Wide.Next == OrderTrie.MostSequence)
                bytes += (long)IndexAChild * parent.ChildCount;
        }
        foreach (var step in change.Walk.Steps)
            bytes += Copies * blocks[step.Node].Length + IndexPath;
        return bytes;
    }
}
