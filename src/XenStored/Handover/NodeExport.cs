using XenStored.Store;
using XenStored.Streams.Contents;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Handover;

/// <summary>Gives all nodes of a store to a writer: parents first, children in their order, the special nodes last.</summary>
sealed class NodeExport(XenStore store)
{
    readonly record struct Item(Ref Node, int ParentLength);

    readonly StoreMemory memory = store.Memory;
    byte[] path = new byte[4096];

    internal void Run(NodeHandler handler)
    {
        var left = new Stack<Item>();
        left.Push(new(memory.Root, 0));
        var children = new List<Ref>();
        while (left.TryPop(out var item))
        {
            var node = new NodeBlock(memory.Blocks, item.Node);
            int length = WritePath(item.ParentLength, node.Name);
            var known = length == 0 ? "/"u8 : path.AsSpan(0, length);
            handler(new(known, node.Value, memory.PermissionsOf(node)));
            children.Clear();
            for (uint position = 0; Children.TryNext(memory.Blocks, node, ref position, out var child); position++)
                children.Add(child);
            for (int i = children.Count - 1; i >= 0; i--)
                left.Push(new(children[i], length));
        }
        foreach (var special in store.Specials.All)
            handler(new(special.Name, default, special.Permissions.Where(one => !memory.IsVoid(one, special.Stamp)).ToArray()));
    }

    // The path of the parent is still in the buffer, because a node is taken directly after its parent or after the node's elder siblings.
    int WritePath(int parentLength, ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
            return 0;
        int length = parentLength + 1 + name.Length;
        if (path.Length < length)
            Array.Resize(ref path, 2 * length);
        path[parentLength] = (byte)'/';
        name.CopyTo(path.AsSpan(parentLength + 1));
        return length;
    }
}
