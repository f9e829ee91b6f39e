using Xen.Protocol.Wire;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Clients;

/// <summary>Decides what a session may do with a node.</summary>
sealed class Rights(StoreMemory memory)
{
    /// <summary>What a session may do with a node that has these permissions and this stamp.</summary>
    internal Access Of(Session session, ReadOnlySpan<Permission> permissions, long stamp)
    {
        if (session.IsPrivileged || Is(session, permissions[0].Domid))
            return Access.Both | Access.Owner;
        foreach (var permission in permissions[1..])
            if (!permission.IsStale && Is(session, permission.Domid) && !memory.IsVoid(permission, stamp))
                return permission.Access;
        return permissions[0].Access;
    }

    internal Access Of(Session session, in NodeBlock node) =>
        session.IsPrivileged ? Access.Both | Access.Owner : Of(session, node.Permissions, node.Stamp);

    /// <summary>
    /// The error that a session gets for the node that a walk leads to; none if it has all needed rights. ENOENT for a missing node is only
    /// for sessions with at least one needed right on the nearest existing node above. Others get EACCES, so that they learn nothing.
    /// </summary>
    internal XsError Check(Session session, Walk walk, StorePath path, Access needed)
    {
        if (session.Reader is { } reader && reader.Sees(path.Bytes))
            return needed != Access.Read ? XsError.EACCES : walk.Found ? XsError.None : XsError.ENOENT;
        var has = Of(session, walk.Node);
        if (walk.Found)
            return (has & needed) == needed ? XsError.None : XsError.EACCES;
        return (has & needed) != 0 ? XsError.ENOENT : XsError.EACCES;
    }

    static bool Is(Session session, ushort domid) =>
        domid == session.Domain.Id || domid == session.Domain.Target?.Id || domid == Domid.Any;
}
