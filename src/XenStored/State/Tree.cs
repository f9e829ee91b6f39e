using System.Runtime.InteropServices;
using XenStored.State.Memory;

namespace XenStored.State;

/// <summary>
/// Changes to a draft's tree. Each takes a walk over the draft's own root and leaves a new root, by copying the blocks on the path.
/// Nothing here fails: rights, quotas and room were decided before.
/// </summary>
static class Tree
{
    /// <summary>Bytes of a node's fixed part, as accounting has it (struct node header of C xenstored 4.18 and later).</summary>
    internal const int RecordHead = 16;

    /// <summary>A tree of one node "/", owned by a domain, closed to others.</summary>
    internal static Ref NewRoot(Blocks blocks, long epoch, ushort owner) =>
        new NodeSpec { Generation = 1, Permissions = [new(owner, Access.None)] }.Build(blocks, epoch);

    /// <summary>Bytes that accounting charges for a node, its path apart.</summary>
    internal static int RecordSize(Blocks blocks, in NodeBlock node) =>
        RecordHead + 8 * node.Permissions.Length + node.ValueLength + Children.NameBytes(blocks, node);

    /// <summary>Bytes of blocks that a change along a walk may need: a copy of the path, twice, and the new nodes.</summary>
    internal static long RoomNeeded(Blocks blocks, Walk walk, int missingBytes, int missingNodes, int permissions, int payload)
    {
        long room = 4 * 16 * 1024 / 16 + 2 * payload + missingBytes + missingNodes * (NodeHead.Size + 5L + 4 * permissions + 2 * Ref.GranuleSize);
        if (new NodeBlock(blocks, walk.Deepest) is { IsWide: true } parent && parent.Wide.Next == OrderTrie.MostSequence)
            room += 256L * parent.ChildCount; // it is numbered anew
        foreach (var step in walk.Steps)
            room += 2 * blocks[step.Node].Length + 8 * 96; // and the path through an order trie
        return room;
    }

    /// <summary>Gives the walk's node another value.</summary>
    internal static void SetValue(Draft draft, Walk walk, ReadOnlySpan<byte> value, long generation)
    {
        var node = new NodeBlock(draft.Blocks, walk.Deepest);
        var spec = NodeSpec.Load(node) with { Generation = generation, Permissions = draft.PermissionsOf(node) };
        PutValue(draft, ref spec, value);
        var built = spec.Build(draft.Blocks, draft.Epoch);
        if (node.HasExternalValue)
            draft.Dead(node.ExternalValue);
        draft.Dead(walk.Deepest);
        Replace(draft, walk, walk.Count - 1, built);
    }

    /// <summary>Gives the walk's node other permissions.</summary>
    internal static void SetPermissions(Draft draft, Walk walk, ReadOnlySpan<Permission> permissions, long generation)
    {
        var spec = NodeSpec.Load(new(draft.Blocks, walk.Deepest)) with { Generation = generation, Permissions = permissions };
        var built = spec.Build(draft.Blocks, draft.Epoch);
        draft.Dead(walk.Deepest);
        Replace(draft, walk, walk.Count - 1, built);
    }

    /// <summary>Makes the nodes that the walk misses, all with the same permissions; the last gets the value.</summary>
    /// <param name="missing">Their names, divided by slashes.</param>
    /// <param name="generation">Stamp of the first; each further node and the parent get the next.</param>
    internal static void Create(Draft draft, Walk walk, ReadOnlySpan<byte> missing, ReadOnlySpan<Permission> permissions,
        ReadOnlySpan<byte> value, ref long generation)
    {
        var spec = new NodeSpec { Permissions = permissions };
        PutValue(draft, ref spec, value);
        var below = Ref.None;
        while (true) // from the last name up
        {
            int slash = missing.LastIndexOf((byte)'/');
            spec.Name = missing[(slash + 1)..];
            spec.Generation = ++generation;
            var made = spec.Build(draft.Blocks, draft.Epoch);
            if (slash < 0)
            {
                below = made;
                break;
            }
            missing = missing[..slash];
            var upper = new NodeSpec { Permissions = permissions };
            upper.Children = MemoryMarshal.CreateReadOnlySpan(ref made, 1).ToArray();
            upper.Tags = new[] { Children.Tag(draft.Blocks, spec.Name) };
            spec = upper;
        }
        Replace(draft, walk, walk.Count - 1, Children.Add(draft, walk.Deepest, below, ++generation));
    }

    /// <summary>Removes the walk's node with all below it. The root is never removed.</summary>
    internal static void Remove(Draft draft, Walk walk, long generation)
    {
        var step = walk.Steps[^1];
        var parent = Children.Remove(draft, walk.Above, step.Position, step.Node, generation);
        draft.DeadSubtree(step.Node);
        Replace(draft, walk, walk.Count - 2, parent);
    }

    static void PutValue(Draft draft, ref NodeSpec spec, ReadOnlySpan<byte> value)
    {
        spec.Value = value;
        spec.ExternalValue = Ref.None;
        if (value.Length <= NodeBlock.LongestInside)
            return;
        spec.ExternalValue = draft.Blocks.Allocate(draft.Epoch, BlockKind.Value, BlockHeader.Size + value.Length, out var block);
        value.CopyTo(block[BlockHeader.Size..]);
        spec.ExternalLength = value.Length;
        spec.Value = default;
    }

    // The node at a step has another block: so have all above it.
    static void Replace(Draft draft, Walk walk, int index, Ref node)
    {
        var steps = walk.Steps;
        for (; index > 0; index--)
        {
            var parent = steps[index - 1].Node;
            var copied = Children.Set(draft, parent, steps[index].Position, node);
            if (copied == parent)
                return; // the draft's own, changed in place
            node = copied;
        }
        draft.Root = node;
    }
}
