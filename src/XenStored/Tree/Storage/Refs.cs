using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree.Storage;

/// <summary>The one place that knows which blocks a block refers to. Marking and reclaiming use it and know no layout.</summary>
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

    static void Add(List<Ref> into, Ref block)
    {
        if (!block.IsNone)
            into.Add(block);
    }
}
