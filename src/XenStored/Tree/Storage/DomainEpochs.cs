namespace XenStored.Tree.Storage;

/// <summary>
/// Since when a domid means who it means now. A permission on a node stamped before its domain died is void: it is as if it had been taken
/// from every node at that moment, without the walk over the whole tree. A void permission is dropped when its node is written next, so
/// that the node's new stamp does not bring it back to life for a domain that got the same domid.
/// </summary>
sealed class DomainEpochs
{
    readonly Dictionary<ushort, long> voidUpTo = [];

    /// <summary>A domain died when the node written last had this stamp.</summary>
    internal void Died(ushort domid, long generation) => voidUpTo[domid] = generation;

    /// <summary>Whether an entry other than the first has lost its meaning.</summary>
    internal bool IsVoid(Permission permission, long generation) =>
        voidUpTo.TryGetValue(permission.Domid, out long until) && generation <= until;

    /// <summary>A node's permissions without the void ones.</summary>
    internal ReadOnlySpan<Permission> Of(in NodeBlock node)
    {
        var all = node.Permissions;
        for (int i = 1; i < all.Length; i++)
            if (IsVoid(all[i], node.Generation))
                return Without(all, node.Generation);
        return all;
    }

    Permission[] Without(ReadOnlySpan<Permission> all, long generation)
    {
        var left = new List<Permission> { all[0] };
        foreach (var permission in all[1..])
            if (!IsVoid(permission, generation))
                left.Add(permission);
        return [.. left];
    }
}
