using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree;

/// <summary>
/// Follows a path in one tree: it holds the nodes from the root down to the deepest that exists. It is made once and used for many
/// requests.
/// </summary>
sealed class Walk(Blocks blocks)
{
    /// <summary>A node on the path, and its position among its parent's children (for a wide parent, its sequence number).</summary>
    internal readonly record struct WalkStep(Ref Node, uint Position);

    WalkStep[] steps = new WalkStep[32];
    int missingStart;
    int pathLength;

    /// <summary>The number of nodes on the path that exist, with the root.</summary>
    internal int Count { get; private set; }

    /// <summary>Whether the path's node exists. If so, it is <see cref="Deepest"/>.</summary>
    internal bool Found => missingStart > pathLength;

    internal Ref Deepest => steps[Count - 1].Node;

    /// <summary>Reads the deepest node.</summary>
    internal NodeBlock Node => new(blocks, Deepest);

    /// <summary>The node above the deepest.</summary>
    internal Ref Above => steps[Count - 2].Node;

    internal ReadOnlySpan<WalkStep> Steps => steps.AsSpan(0, Count);

    /// <summary>The names of the missing nodes, without a leading slash; empty if the path's node exists.</summary>
    internal ReadOnlySpan<byte> Missing(StorePath path) => Found ? default : path.Bytes[missingStart..];

    /// <summary>The path of the deepest node.</summary>
    internal StorePath DeepestPath(StorePath path) => StorePath.Trusted(Found ? path.Bytes : path.Bytes[..Math.Max(missingStart - 1, 1)]);

    /// <summary>The path of the highest missing node.</summary>
    internal StorePath FirstMissingPath(StorePath path)
    {
        int end = path.Bytes[missingStart..].IndexOf((byte)'/');
        return StorePath.Trusted(end < 0 ? path.Bytes : path.Bytes[..(missingStart + end)]);
    }

    /// <summary>Follows a path from a root as far as nodes exist.</summary>
    internal void To(Ref root, StorePath path)
    {
        var bytes = path.Bytes;
        pathLength = bytes.Length;
        steps[0] = new(root, 0);
        Count = 1;
        missingStart = 1;
        if (path.IsRoot)
        {
            missingStart = pathLength + 1;
            return;
        }
        while (missingStart <= pathLength)
        {
            var rest = bytes[missingStart..];
            int end = rest.IndexOf((byte)'/');
            var name = end < 0 ? rest : rest[..end];
            if (!Children.TryFind(blocks, new NodeBlock(blocks, Deepest), name, out uint position, out var child))
                return;
            if (Count == steps.Length)
                Array.Resize(ref steps, Count * 2);
            steps[Count++] = new(child, position);
            missingStart += name.Length + 1;
        }
    }
}
