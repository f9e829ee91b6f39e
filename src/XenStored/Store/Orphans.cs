using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Store;

/// <summary>What becomes of the nodes of dead domains.</summary>
/// <param name="heir">The privileged domain, which gets nodes that are kept.</param>
sealed class Orphans(StoreMemory memory, Accounts accounts, Changes changes, ushort heir)
{
    readonly Walk walk = new(memory.Blocks);

    /// <summary>They go to the privileged domain and are not removed (--keep-orphans).</summary>
    internal bool AreKept { get; set; }

    /// <summary>A domain died. Removes the nodes that it owned, and all below them, or gives its own to the privileged domain.</summary>
    internal void GiveUp(Domain domain)
    {
        accounts.Settle();
        if (domain.Account.Nodes.Now == 0)
            return;
        Span<byte> home = stackalloc byte[StorePath.LongestHome];
        home = home[..StorePath.WriteHome(domain.Id, home)];
        var owned = new List<byte[]>();
        long left = domain.Account.Nodes.Now;
        walk.To(memory.Root, StorePath.Trusted(home));
        if (walk.Found)
            left = Owned(domain.Id, walk.Deepest, home, left, owned);
        GiveUp(owned);
        if (left == 0)
            return;
        owned.Clear(); // the domain owns nodes outside its home, which is rare, so a walk over all nodes is acceptable
        Owned(domain.Id, memory.Root, ""u8, left, owned);
        GiveUp(owned);
    }

    void GiveUp(List<byte[]> paths)
    {
        foreach (byte[] bytes in paths)
        {
            var path = StorePath.Trusted(bytes);
            walk.To(memory.Root, path);
            if (!walk.Found)
                continue;
            if (!AreKept && !path.IsRoot)
            {
                changes.TryMake(Change.Remove(walk, path), firesWatches: true);
                continue;
            }
            var permissions = memory.PermissionsOf(walk.Node).ToArray();
            permissions[0] = permissions[0] with { Domid = heir };
            changes.TryMake(Change.SetPermissions(walk, path, permissions), firesWatches: false);
        }
        accounts.Settle();
    }

    // Adds the paths of the domain's nodes at and below a node. Returns how many of its nodes are still to be found. If orphans are
    // removed, a node below another node of the domain is not added, because it goes with that one.
    long Owned(ushort domid, Ref top, ReadOnlySpan<byte> topPath, long left, List<byte[]> paths)
    {
        var blocks = memory.Blocks;
        var path = new List<byte>(topPath.Length + 64);
        var todo = new Stack<(Ref Node, int ParentLength, bool IsBelowOwned)>();
        var children = new List<Ref>();
        path.AddRange(topPath);
        todo.Push((top, -1, false));
        while (left > 0 && todo.TryPop(out var item))
        {
            var node = new NodeBlock(blocks, item.Node);
            if (item.ParentLength >= 0)
            {
                path.RemoveRange(item.ParentLength, path.Count - item.ParentLength);
                path.Add((byte)'/');
                path.AddRange(node.Name);
            }
            bool isOwned = node.Owner == domid;
            if (isOwned)
            {
                left--;
                if (!item.IsBelowOwned || AreKept)
                    paths.Add(path.Count == 0 ? [(byte)'/'] : [.. path]);
            }
            children.Clear();
            for (uint position = 0; Children.TryNext(blocks, node, ref position, out var child); position++)
                children.Add(child);
            for (int i = children.Count - 1; i >= 0; i--)
                todo.Push((children[i], path.Count, item.IsBelowOwned || isOwned));
        }
        return left;
    }
}
