using System.Runtime.InteropServices;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree;

/// <summary>
/// Makes changes in a draft's tree. The change's walk begins at the draft's root. The blocks on the path are copied, and the draft gets a
/// new root. Nothing here fails: rights, quotas and memory were checked before.
/// </summary>
static class TreeEdit
{
    /// <summary>Makes a change for which memory was reserved.</summary>
    internal static void Make(Draft draft, in Change change)
    {
        switch (change.Kind)
        {
            case ChangeKind.Remove: Remove(draft, change.Walk); break;
            case ChangeKind.Create: Create(draft, change.Walk, change.Missing, change.Permissions, change.Value); break;
            case ChangeKind.SetValue: SetValue(draft, change.Walk, change.Value); break;
            default: SetPermissions(draft, change.Walk, change.Permissions); break;
        }
    }

    static void SetValue(Draft draft, Walk walk, ReadOnlySpan<byte> value)
    {
        var node = walk.Node;
        var spec = NodeSpec.Load(node) with { Stamp = draft.NextStamp(), Permissions = draft.PermissionsOf(node) };
        PutValue(draft, ref spec, value);
        var built = spec.Build(draft.Blocks, draft.Epoch);
        if (node.HasExternalValue)
            draft.Dead(node.ExternalValue);
        draft.Dead(walk.Deepest);
        Replace(draft, walk, walk.Count - 1, built);
    }

    static void SetPermissions(Draft draft, Walk walk, ReadOnlySpan<Permission> permissions)
    {
        var spec = NodeSpec.Load(walk.Node) with { Stamp = draft.NextStamp(), Permissions = permissions };
        var built = spec.Build(draft.Blocks, draft.Epoch);
        draft.Dead(walk.Deepest);
        Replace(draft, walk, walk.Count - 1, built);
    }

    static void Create(Draft draft, Walk walk, ReadOnlySpan<byte> missing, ReadOnlySpan<Permission> permissions, ReadOnlySpan<byte> value)
    {
        var spec = new NodeSpec { Permissions = permissions };
        PutValue(draft, ref spec, value);
        var below = Ref.None;
        while (true) // from the last name up
        {
            int slash = missing.LastIndexOf((byte)'/');
            spec.Name = missing[(slash + 1)..];
            spec.Stamp = draft.NextStamp();
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
        Replace(draft, walk, walk.Count - 1, Children.Add(draft, walk.Deepest, below));
    }

    // The root is never removed.
    static void Remove(Draft draft, Walk walk)
    {
        var step = walk.Steps[^1];
        var parent = Children.Remove(draft, walk.Above, step.Position, step.Node);
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

    // The node at a step has a new block, so all nodes above it must have one, too.
    static void Replace(Draft draft, Walk walk, int index, Ref node)
    {
        var steps = walk.Steps;
        for (; index > 0; index--)
        {
            var parent = steps[index - 1].Node;
            var copied = Children.Set(draft, parent, steps[index].Position, node);
            if (copied == parent)
                return; // the block is the draft's own and was changed in place
            node = copied;
        }
        draft.Root = node;
    }
}
