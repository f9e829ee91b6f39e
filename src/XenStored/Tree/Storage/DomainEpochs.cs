using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree.Storage;

/// <summary>
/// Knows for each domid when its last domain died. A permission is void if its node was written before its domain died. This has the effect
/// of removing the permission from every node at that moment, without a walk over the whole tree. A void permission is dropped when its
/// node is written next. Else the node's new stamp would make it valid again, for another domain with the same domid.
/// </summary>
sealed class DomainEpochs
{
    readonly Dictionary<ushort, long> voidUpTo = [];

    /// <summary>A domain died. The node written last has this stamp.</summary>
    internal void Died(ushort domid, long stamp) => voidUpTo[domid] = stamp;

    /// <summary>The stamp of the node written last when a domain with this domid died last; 0: none has.</summary>
    internal long LastDeath(ushort domid) => voidUpTo.GetValueOrDefault(domid);

    /// <summary>Whether a permission on a node with this stamp is void.</summary>
    internal bool IsVoid(Permission permission, long stamp) =>
        voidUpTo.TryGetValue(permission.Domid, out long until) && stamp <= until;

    /// <summary>A node's permissions without the void ones. The first, which names the owner, always stays.</summary>
    internal ReadOnlySpan<Permission> Of(scoped in NodeBlock node)
    {
        var all = node.Permissions;
        for (int i = 1; i < all.Length; i++)
            if (IsVoid(all[i], node.Stamp))
                return Without(all, node.Stamp);
        return all;
    }

    Permission[] Without(ReadOnlySpan<Permission> all, long stamp)
    {
        var left = new List<Permission> { all[0] };
        foreach (var permission in all[1..])
            if (!IsVoid(permission, stamp))
                left.Add(permission);
        return [.. left];
    }
}
