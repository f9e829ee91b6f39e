using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Commands.Requests;

/// <summary>
/// Keeps the names of directories that were listed in parts recently, so that the next part costs a copy and not the whole directory. No
/// other node has a node's stamp, and the stamp changes with the names. So the stamp identifies a list.
/// </summary>
sealed class Listings(Blocks blocks)
{
    const int Kept = 8;

    readonly LinkedList<(long Stamp, byte[] Names)> lists = [];

    /// <summary>All names with their NULs, in the order of creation.</summary>
    internal ReadOnlySpan<byte> Of(in NodeBlock node)
    {
        for (var list = lists.First; list is not null; list = list.Next)
            if (list.Value.Stamp == node.Stamp)
            {
                lists.Remove(list);
                lists.AddFirst(list);
                return list.Value.Names;
            }
        byte[] names = new byte[Children.NameBytes(blocks, node)];
        int at = 0;
        for (uint position = 0; Children.TryNext(blocks, node, ref position, out var child); position++)
        {
            var name = new NodeBlock(blocks, child).Name;
            name.CopyTo(names.AsSpan(at));
            at += name.Length + 1;
        }
        lists.AddFirst((node.Stamp, names));
        if (lists.Count > Kept)
            lists.RemoveLast();
        return names;
    }
}
