using Xen.Protocol.Wire;
using XenStored.Tree;
using XenStored.Tree.Storage;

namespace XenStored.Clients;

/// <summary>Who may do what with a node.</summary>
sealed class Rights(StoreMemory memory)
{
    /// <summary>What a session may do, by permissions that stand on a node with this stamp.</summary>
    internal Access Of(Session session, ReadOnlySpan<Permission> permissions, long generation)
    {
        if (session.IsPrivileged || Is(session, permissions[0].Domid))
            return Access.Both | Access.Owner;
        foreach (var permission in permissions[1..])
            if (!permission.IsStale && Is(session, permission.Domid) && !memory.IsVoid(permission, generation))
                return permission.Access;
        return permissions[0].Access;
    }

    internal Access Of(Session session, in NodeBlock node) =>
        session.IsPrivileged ? Access.Both | Access.Owner : Of(session, node.Permissions, node.Generation);

    /// <summary>
    /// What a session is told about the node a walk leads to: nothing wrong, or the error. A node that is missing is told to those only
    /// who have one of the rights on the nearest node above that exists; to others all is EACCES.
    /// </summary>
    internal XsError Check(Session session, Walk walk, Access needed)
    {
        var has = Of(session, walk.Node);
        if (walk.Found)
            return (has & needed) == needed ? XsError.None : XsError.EACCES;
        return (has & needed) != 0 ? XsError.ENOENT : XsError.EACCES;
    }

    static bool Is(Session session, ushort domid) =>
        domid == session.Domain.Id || domid == session.Domain.Target?.Id || domid == Domid.Any;
}
