using Xen.Protocol.Wire;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree;

/// <summary>
/// How much memory a change may need at most. The memory is reserved before the change begins, so that no change fails in its middle. The
/// numbers are upper bounds. A number that is too large only makes the file grow a little earlier.
/// </summary>
static class Capacity
{
    /// <summary>Bytes for what is not counted below: as many as the largest value of a request.</summary>
    const int Spare = WireLimits.Payload;

    /// <summary>Copies of each block on the path: it is copied, and built again when it gets or loses a child.</summary>
    const int Copies = 2;

    /// <summary>Bytes that rounding up to a size class may add to a small block.</summary>
    const int Rounding = 2 * Ref.GranuleSize;

    /// <summary>
    /// Bytes of one path through an index of a wide node: at most seven levels of an order trie and a new root, each at most 96 bytes.
    /// </summary>
    const int IndexPath = 8 * 96;

    /// <summary>Bytes of both indexes for each child when the children of a wide node get new numbers.</summary>
    const int IndexAChild = 256;

    /// <summary>Makes sure that there is memory for the change. False: the change must not be made.</summary>
    /// <param name="mayTakeLast">Whether it may take the last slabs, which are reserved for removals. A removal always may.</param>
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
