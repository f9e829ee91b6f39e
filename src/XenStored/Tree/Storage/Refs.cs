using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree.Storage;

/// <summary>
/// The one place that knows which blocks a block refers to, and of which kinds these are. Marking and reclaiming use it and know no layout.
/// </summary>
static class Refs
{
    /// <summary>Adds the blocks that <paramref name="block"/> refers to.</summary>
    internal static void Collect(Blocks blocks, Ref block, List<Ref> into)
    {
        switch (blocks.Kind(block))
        {
            case BlockKind.Node:
                var node = new NodeBlock(blocks, block);
                if (node.HasExternalValue)
                    into.Add(node.ExternalValue);
                if (!node.IsWide)
                    into.AddRange(node.Children);
                else
                {
                    Add(into, node.Wide.Order);
                    Add(into, node.Wide.Names);
                }
                break;
            case BlockKind.Order:
                foreach (var below in OrderTrie.Refs(blocks[block]))
                    Add(into, below);
                break;
            case BlockKind.Names:
                foreach (uint entry in NameTrie.Entries(blocks[block]))
                    if (NameTrie.IsBlock(entry, out var below))
                        into.Add(below);
                break;
            case BlockKind.Value or BlockKind.Bucket:
                break;
            default:
                throw new InvalidOperationException($"block {block.Granule} is referred to but free"); // a bug of ours
        }
    }

    /// <summary>
    /// Why a block that an earlier process left is none of ours; null if it is one: its parts lie within it, and it refers to blocks of
    /// the right kinds. It costs a few reads of memory that marking reads anyway. What it does not find, as a child that has another name,
    /// leads to no place outside of the blocks.
    /// </summary>
    internal static string? FaultOf(Blocks blocks, Ref block) => blocks.Kind(block) switch
    {
        BlockKind.Node => OfNode(blocks, new(blocks, block)),
        BlockKind.Order => OrderTrie.IsSound(blocks, block) ? null : "a list of children is damaged",
        BlockKind.Names or BlockKind.Bucket => NameTrie.IsSound(blocks, block) ? null : "an index of names is damaged",
        BlockKind.Value => null,
        _ => "it is free",
    };

    static string? OfNode(Blocks blocks, in NodeBlock node)
    {
        if (!node.IsWithin)
            return "a node is longer than its block";
        foreach (var permission in node.Permissions)
            if (permission.Access > Access.Both)
                return "a node has an unknown permission";
        if (node.HasExternalValue && !HasSpace(blocks, node.ExternalValue, node.ValueLength))
            return "a node has no value";
        if (node.IsWide)
            return blocks.Kind(node.Wide.Order) == BlockKind.Order && blocks.Kind(node.Wide.Names) == BlockKind.Names
                ? null : "a node has no index of its children";
        foreach (var child in node.Children)
            if (blocks.Kind(child) != BlockKind.Node)
                return "a child is no node";
        return null;
    }

    static bool HasSpace(Blocks blocks, Ref block, int length) =>
        blocks.Kind(block) == BlockKind.Value && blocks[block].Length - BlockHeader.Size >= length;

    static void Add(List<Ref> into, Ref block)
    {
        if (!block.IsNone)
            into.Add(block);
    }
}
