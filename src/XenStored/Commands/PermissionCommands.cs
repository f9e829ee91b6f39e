using Xen.Protocol.Wire;
using XenStored.Clients.Limits;
using XenStored.Clients.Transacting;
using XenStored.Commands.Requests;
using XenStored.Store.Records;
using XenStored.Tree;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Commands;

/// <summary>The requests about permissions.</summary>
static class PermissionCommands
{
    /// <summary>GET_PERMS <c>path|</c> → <c>(n0|)+</c></summary>
    internal static Reply GetPerms(RequestContext request, PayloadReader arguments)
    {
        if (!arguments.TryOnly(out var text) || !request.TryPath(text, out var path))
            return XsError.EINVAL;
        if (path.IsSpecial)
            return request.Store.Specials.Find(path) is not { } special ? Missing(request)
                : (SpecialRights(request, special) & Access.Read) == 0 ? XsError.EACCES
                : List(request, special.Permissions);
        if (request.Visit(path, Access.Read, NodeParts.Permissions) is var error && error != XsError.None)
            return error;
        var node = request.Node;
        return List(request, request.PermissionsOf(node));
    }

    /// <summary>SET_PERMS <c>path|(n0|)+</c>. Only the owner may do this, and only the privileged may change the owner.</summary>
    internal static Reply SetPerms(RequestContext request, PayloadReader arguments)
    {
        if (arguments.Count < 2 || !arguments.TryNext(out var text))
            return XsError.EINVAL;
        // As in C xenstored the quota is checked before the path.
        if (!request.Accounts.Admits(request.Session, Quota.NodePermissions, arguments.Count))
            return XsError.ENOSPC;
        if (!TryParse(request, arguments, out var permissions))
            return XsError.EINVAL;
        if (!IsThere(request, permissions[0].Domid))
            return XsError.ENOENT;
        if (!request.TryPath(text, out var path))
            return XsError.EINVAL;
        if (path.IsSpecial)
            return SetSpecial(request, path, permissions);

        if (request.Visit(path, Access.Write | Access.Owner, NodeParts.None) is var error && error != XsError.None)
            return error;
        if (!request.Session.IsPrivileged && permissions[0].Domid != request.Node.Owner)
            return XsError.EPERM;
        return Reply.OkIfMade(Change.SetPermissions(request.Walk, path, permissions));
    }

    static Reply SetSpecial(RequestContext request, StorePath path, Permission[] permissions)
    {
        if (request.Store.Specials.Find(path) is not { } special)
            return Missing(request);
        var needed = Access.Write | Access.Owner;
        if ((SpecialRights(request, special) & needed) != needed)
            return XsError.EACCES;
        if (!request.Session.IsPrivileged && permissions[0].Domid != special.Permissions[0].Domid)
            return XsError.EPERM;
        request.Store.Specials.Give(special, permissions);
        return Reply.Ok;
    }

    static XsError Missing(RequestContext request) => request.Session.IsPrivileged ? XsError.ENOENT : XsError.EACCES;

    static Access SpecialRights(RequestContext request, SpecialNode special) =>
        request.Store.Rights.Of(request.Session, special.Permissions, special.Stamp);

    static bool TryParse(RequestContext request, PayloadReader arguments, out Permission[] permissions)
    {
        permissions = new Permission[arguments.Count];
        for (int i = 0; i < permissions.Length; i++)
        {
            arguments.TryNext(out var text);
            if (!Permission.TryParse(text, out var permission))
                return false;
            permissions[i] = permission with { IsStale = i > 0 && !IsThere(request, permission.Domid) };
        }
        return true;
    }

    // A domain that is named gets a record, so that the store notices its end and a later domain with its id inherits nothing.
    static bool IsThere(RequestContext request, ushort domid) => domid == Domid.Any || request.DomainLife.Meet(domid) is not null;

    static Reply List(RequestContext request, scoped ReadOnlySpan<Permission> permissions)
    {
        Span<byte> text = stackalloc byte[Permission.LongestText];
        foreach (var permission in permissions)
            request.Buffer.Append(text[..permission.Write(text)]);
        return request.Buffer.Reply;
    }
}
