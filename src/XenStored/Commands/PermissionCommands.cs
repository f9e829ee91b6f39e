using Xen.Wire;
using XenStored.State;
using XenStored.Store;

namespace XenStored.Commands;

/// <summary>The requests about permissions.</summary>
static class PermissionCommands
{
    /// <summary>GET_PERMS <c>path|</c> → <c>(n0|)+</c></summary>
    internal static Reply GetPerms(Turn turn, PayloadReader arguments)
    {
        if (!arguments.TryOnly(out var text) || !turn.TryPath(text, out var path))
            return XsError.EINVAL;
        if (path.IsSpecial)
            return turn.Store.Special(path) is not { } special ? Missing(turn)
                : (SpecialRights(turn, special) & Access.Read) == 0 ? XsError.EACCES
                : List(turn, special.Permissions);
        if (turn.Visit(path, Access.Read, Facets.Permissions) is var error && error != XsError.None)
            return error;
        var node = turn.Node;
        return List(turn, turn.PermissionsOf(node));
    }

    /// <summary>SET_PERMS <c>path|(n0|)+</c>. Only an owner may, and only the privileged may give a node away.</summary>
    internal static Reply SetPerms(Turn turn, PayloadReader arguments)
    {
        if (arguments.Count < 2 || !arguments.TryNext(out var text))
            return XsError.EINVAL;
        if (!turn.Accounts.Admits(turn.Session, Quota.NodePermissions, arguments.Count)) // before the node is looked at, as C has it
            return XsError.ENOSPC;
        if (!TryParse(turn, arguments, out var permissions))
            return XsError.EINVAL;
        if (!IsThere(turn, permissions[0].Domid))
            return XsError.ENOENT;
        if (!turn.TryPath(text, out var path))
            return XsError.EINVAL;
        if (path.IsSpecial)
            return SetSpecial(turn, path, permissions);

        if (turn.Visit(path, Access.Write | Access.Owner, Facets.None) is var error && error != XsError.None)
            return error;
        if (!turn.Session.IsPrivileged && permissions[0].Domid != turn.Node.Owner)
            return XsError.EPERM;
        return turn.Apply(Change.SetPermissions(turn.Walk, path, permissions));
    }

    static Reply SetSpecial(Turn turn, StorePath path, Permission[] permissions)
    {
        if (turn.Store.Special(path) is not { } special)
            return Missing(turn);
        var needed = Access.Write | Access.Owner;
        if ((SpecialRights(turn, special) & needed) != needed)
            return XsError.EACCES;
        if (!turn.Session.IsPrivileged && permissions[0].Domid != special.Permissions[0].Domid)
            return XsError.EPERM;
        turn.Store.GiveSpecial(special, permissions);
        return Reply.Ok;
    }

    static XsError Missing(Turn turn) => turn.Session.IsPrivileged ? XsError.ENOENT : XsError.EACCES;

    static Access SpecialRights(Turn turn, SpecialNode special) =>
        turn.Store.RightsOf(turn.Session, special);

    static bool TryParse(Turn turn, PayloadReader arguments, out Permission[] permissions)
    {
        permissions = new Permission[arguments.Count];
        for (int i = 0; i < permissions.Length; i++)
        {
            arguments.TryNext(out var text);
            if (!Permission.TryParse(text, out var permission))
                return false;
            permissions[i] = permission with { IsStale = i > 0 && !IsThere(turn, permission.Domid) };
        }
        return true;
    }

    // A domain that is named gets a record, so that its end is noticed and a successor inherits nothing.
    static bool IsThere(Turn turn, ushort domid) => domid == Domid.Any || turn.DomainLife.Meet(domid) is not null;

    static Reply List(Turn turn, scoped ReadOnlySpan<Permission> permissions)
    {
        Span<byte> text = stackalloc byte[Permission.LongestText];
        foreach (var permission in permissions)
            turn.Buffer.Append(text[..permission.Write(text)]);
        return turn.Buffer.Reply;
    }
}
