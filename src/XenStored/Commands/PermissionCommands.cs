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
        return List(turn, turn.Store.Memory.Liveness.Of(node));
    }

    /// <summary>SET_PERMS <c>path|(n0|)+</c>. Only an owner may, and only the privileged may give a node away.</summary>
    internal static Reply SetPerms(Turn turn, PayloadReader arguments)
    {
        if (arguments.Count < 2 || !arguments.TryNext(out var text))
            return XsError.EINVAL;
        if (!turn.Store.Admits(turn.Session, Quota.NodePermissions, arguments.Count)) // before the node is looked at, as C has it
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
        var node = turn.Node;
        if (!turn.Session.IsPrivileged && permissions[0].Domid != node.Permissions[0].Domid)
            return XsError.EPERM;
        int grown = 8 * (permissions.Length - node.Permissions.Length);
        if (!turn.AdmitsSize(Tree.RecordSize(turn.Blocks, node) + grown))
            return turn.Poison(XsError.ENOSPC);
        if (!turn.HasRoom(payload: 4 * permissions.Length))
            return turn.Poison(XsError.ENOMEM);

        turn.Ledger.Clear();
        if (turn.Transaction is { } transaction)
        {
            Edit.SetPermissions(transaction.Draft, turn.Walk, path, permissions, turn.NextGeneration(), turn.Ledger);
            transaction.Write(Transaction.ChangeKind.SetPermissions, path.Bytes);
            transaction.Hold(path.Bytes, 8 * permissions.Length);
            transaction.Touch(path.Bytes).Fires = true;
            return Reply.Ok;
        }
        turn.Ledger.Add(permissions[0].Domid, 0, grown);
        if (turn.Store.Refuses(turn.Session, turn.Ledger) is var refused && refused != XsError.None)
            return refused;
        turn.Ledger.Clear();
        var draft = turn.Store.Memory.Begin();
        Edit.SetPermissions(draft, turn.Walk, path, permissions, turn.NextGeneration(), turn.Ledger);
        turn.Store.Herald.Changed(path, turn.Store.Memory.Root, draft.Root, turn.Session, turn.Store.Outbox);
        turn.Store.Accept(draft, turn.Ledger);
        return Reply.Ok;
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
        turn.Store.Rights.Of(turn.Session, special.Permissions, special.Generation);

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
    static bool IsThere(Turn turn, ushort domid)
    {
        var store = turn.Store;
        if (domid == Domid.Any || store.Domains.Find(domid) is not null)
            return true;
        if (!store.Door.Exists(domid))
            return false;
        store.Domains.Known(domid);
        return true;
    }

    static Reply List(Turn turn, scoped ReadOnlySpan<Permission> permissions)
    {
        Span<byte> text = stackalloc byte[Permission.LongestText];
        foreach (var permission in permissions)
            turn.Buffer.Append(text[..permission.Write(text)]);
        return turn.Buffer.Reply;
    }
}
