using XenStored.Tree.Storage;

namespace XenStored.Commands;

/// <summary>
/// The names of directories that were listed in parts not long ago, so that a part costs a copy and not the whole directory. A node's
/// stamp is its alone until its names change, so it is all that a list needs to be known by.
/// </summary>
sealed class Listings(Blocks blocks)
{
    const int Kept = 8;

    readonly LinkedList<(long Generation, byte[] Names)> lists = [];

    /// <summary>All names with their NULs, in the order of creation.</summary>
    internal ReadOnlySpan<byte> Of(in NodeBlock node)
    {
        for (var list = lists.First; list is not null; list = list.Next)
            if (list.Value.Generation == node.Generation)
            {
                lists.Remove(list);
                lists.AddFirst(list);
                return list.Value.Names;
            }
        var names = new byte[Children.NameBytes(blocks, node)];
        int at = 0;
        for (uint position = 0; Children.TryNext(blocks, node, ref position, out var child); position++)
        {
            var name = new NodeBlock(blocks, child).Name;
            name.CopyTo(names.AsSpan(at));
            at += name.Length + 1;
        }
        lists.AddFirst((node.Generation, names));
        if (lists.Count > Kept)
            lists.RemoveLast();
        return names;
    }
}
