using System.Runtime.InteropServices;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree.Storage;

/// <summary>
/// The children of a node, in the order of their creation. Up to 32 are in the node's block. More are in an order trie and a name trie; the
/// node is then wide.
/// </summary>
static class Children
{
    /// <summary>
    /// With this many children or fewer a wide node gets them into its block again. It is far below 32, so that a node near the limit does
    /// not change its form again and again.
    /// </summary>
    const int FewEnough = NodeBlock.MostInside / 2;

    internal static byte Tag(Blocks blocks, ReadOnlySpan<byte> name) => (byte)(NameHash.Of(name, blocks.HashSeed) >> 56);

    /// <summary>Looks a child up by name.</summary>
    /// <param name="position">The child's position, for <see cref="Set"/> and <see cref="Remove"/>. It rises in the order of
    /// creation.</param>
    internal static bool TryFind(Blocks blocks, in NodeBlock node, ReadOnlySpan<byte> name, out uint position, out Ref child)
    {
        if (node.IsWide)
            return NameTrie.TryFind(blocks, node.Wide, name, out position, out child);
        var tags = node.Tags;
        byte tag = tags.IsEmpty ? (byte)0 : Tag(blocks, name);
        for (int i = 0; i < tags.Length; i++)
        {
            if (tags[i] != tag)
                continue;
            child = node.Children[i];
            position = (uint)i;
            if (new NodeBlock(blocks, child).Name.SequenceEqual(name))
                return true;
        }
        (position, child) = (0, Ref.None);
        return false;
    }

    /// <summary>
    /// Finds the child at or after a position, and moves the position there; false at the end. Begin with 0, continue with position + 1.
    /// </summary>
    internal static bool TryNext(Blocks blocks, in NodeBlock node, ref uint position, out Ref child)
    {
        if (node.IsWide)
            return OrderTrie.TryNext(blocks, node.Wide.Order, ref position, out child);
        bool there = position < node.Inside;
        child = there ? node.Children[(int)position] : Ref.None;
        return there;
    }

    /// <summary>Bytes of all children's names with their NULs.</summary>
    internal static int NameBytes(Blocks blocks, in NodeBlock node)
    {
        if (node.IsWide)
            return (int)node.Wide.NameBytes;
        int bytes = 0;
        foreach (var child in node.Children)
            bytes += new NodeBlock(blocks, child).Name.Length + 1;
        return bytes;
    }

    /// <summary>Gives the parent another block for one child. Returns the parent's new block.</summary>
    internal static Ref Set(Draft draft, Ref parent, uint position, Ref child)
    {
        parent = draft.Copy(parent, out var copy);
        var node = new NodeBlock(draft.Blocks, parent);
        if (node.IsWide)
        {
            var order = OrderTrie.Set(draft, node.Wide.Order, position, child);
            MemoryMarshal.Write(copy[node.ChildrenOffset..], node.Wide with { Order = order });
        }
        else
            MemoryMarshal.Write(copy[node.ChildOffset((int)position)..], child);
        return parent;
    }

    /// <summary>Adds a child after the parent's others. Returns the parent's new block.</summary>
    internal static Ref Add(Draft draft, Ref parent, Ref child)
    {
        var node = new NodeBlock(draft.Blocks, parent);
        var name = new NodeBlock(draft.Blocks, child).Name;
        scoped var spec = NodeSpec.Load(node) with { Stamp = draft.NextStamp(), Permissions = draft.PermissionsOf(node) };
        Span<Ref> children = stackalloc Ref[NodeBlock.MostInside];
        Span<byte> tags = stackalloc byte[NodeBlock.MostInside];
        if (!node.IsWide && node.Inside < NodeBlock.MostInside)
        {
            int last = node.Inside;
            node.Children.CopyTo(children);
            node.Tags.CopyTo(tags);
            (children[last], tags[last]) = (child, Tag(draft.Blocks, name));
            spec.Children = children[..(last + 1)];
            spec.Tags = tags[..(last + 1)];
        }
        else if (!node.IsWide || node.Wide.Next == OrderTrie.MostSequence)
            spec.Wide = Number(draft, [.. All(draft.Blocks, node), child]);
        else
        {
            var wide = node.Wide;
            var order = OrderTrie.Set(draft, wide.Order, wide.Next, child);
            var names = NameTrie.Add(draft, wide.Names, order, name, wide.Next);
            spec.Wide = new(order, names, wide.Next + 1, wide.Live + 1, wide.NameBytes + (uint)name.Length + 1);
        }
        if (node.IsWide && node.Wide.Next == OrderTrie.MostSequence)
            DropIndex(draft, node.Wide);
        var built = spec.Build(draft.Blocks, draft.Epoch);
        draft.Dead(parent);
        return built;
    }

    /// <summary>Removes a child from its parent, and does not free it. Returns the parent's new block.</summary>
    internal static Ref Remove(Draft draft, Ref parent, uint position, Ref child)
    {
        var node = new NodeBlock(draft.Blocks, parent);
        scoped var spec = NodeSpec.Load(node) with { Stamp = draft.NextStamp(), Permissions = draft.PermissionsOf(node) };
        Span<Ref> children = stackalloc Ref[NodeBlock.MostInside];
        Span<byte> tags = stackalloc byte[NodeBlock.MostInside];
        Ref built;
        if (!node.IsWide)
        {
            int at = (int)position;
            node.Children[..at].CopyTo(children);
            node.Children[(at + 1)..].CopyTo(children[at..]);
            node.Tags[..at].CopyTo(tags);
            node.Tags[(at + 1)..].CopyTo(tags[at..]);
            spec.Children = children[..(node.Inside - 1)];
            spec.Tags = tags[..(node.Inside - 1)];
            built = spec.Build(draft.Blocks, draft.Epoch);
        }
        else if (node.Wide.Live - 1 <= FewEnough)
        {
            var left = All(draft.Blocks, node);
            left.Remove(child);
            spec.Wide = null;
            spec.Children = CollectionsMarshal.AsSpan(left);
            for (int i = 0; i < left.Count; i++)
                tags[i] = Tag(draft.Blocks, new NodeBlock(draft.Blocks, left[i]).Name);
            spec.Tags = tags[..left.Count];
            built = spec.Build(draft.Blocks, draft.Epoch);
            DropIndex(draft, node.Wide);
        }
        else
        {
            spec.Wide = Without(draft, node.Wide, position, child);
            built = spec.Build(draft.Blocks, draft.Epoch);
        }
        draft.Dead(parent);
        return built;
    }

    static WideChildren Without(Draft draft, WideChildren wide, uint position, Ref child)
    {
        var name = new NodeBlock(draft.Blocks, child).Name;
        var names = NameTrie.Remove(draft, wide.Names, name, position);
        var order = OrderTrie.Set(draft, wide.Order, position, Ref.None);
        return new(order, names, wide.Next, wide.Live - 1, wide.NameBytes - (uint)name.Length - 1);
    }

    static List<Ref> All(Blocks blocks, in NodeBlock node)
    {
        var all = new List<Ref>(node.ChildCount);
        for (uint position = 0; TryNext(blocks, node, ref position, out var child); position++)
            all.Add(child);
        return all;
    }

    // Builds both tries again, with numbers from 1.
    static WideChildren Number(Draft draft, List<Ref> children)
    {
        var wide = new WideChildren(Ref.None, Ref.None, 1, (uint)children.Count, 0);
        foreach (var child in children)
        {
            var name = new NodeBlock(draft.Blocks, child).Name;
            var order = OrderTrie.Set(draft, wide.Order, wide.Next, child);
            var names = NameTrie.Add(draft, wide.Names, order, name, wide.Next);
            wide = wide with { Order = order, Names = names, Next = wide.Next + 1, NameBytes = wide.NameBytes + (uint)name.Length + 1 };
        }
        return wide;
    }

    // Frees the tries' own blocks. The children stay.
    static void DropIndex(Draft draft, in WideChildren wide)
    {
        var drop = new List<Ref> { wide.Order, wide.Names };
        for (int i = 0; i < drop.Count; i++)
            if (draft.Blocks.Kind(drop[i]) is BlockKind.Order or BlockKind.Names)
                Refs.Collect(draft.Blocks, drop[i], drop);
        foreach (var block in drop)
            if (draft.Blocks.Kind(block) is not BlockKind.Node)
                draft.Dead(block);
    }
}
