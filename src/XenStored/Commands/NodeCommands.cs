using Xen.Wire;
using XenStored.State;
using XenStored.State.Memory;
using XenStored.Store;

namespace XenStored.Commands;

/// <summary>The requests that read and change nodes.</summary>
static class NodeCommands
{
    /// <summary>READ <c>path|</c> → the value.</summary>
    internal static Reply Read(Turn turn, PayloadReader arguments)
    {
        if (!arguments.TryOnly(out var text) || !turn.TryNodePath(text, out var path))
            return XsError.EINVAL;
        var error = turn.Visit(path, Access.Read, Facets.Value);
        return error != XsError.None ? error : Reply.Of(turn.Node.Value);
    }

    /// <summary>DIRECTORY <c>path|</c> → <c>(child|)*</c>; E2BIG beyond a payload.</summary>
    internal static Reply Directory(Turn turn, PayloadReader arguments)
    {
        if (!arguments.TryOnly(out var text) || !turn.TryNodePath(text, out var path))
            return XsError.EINVAL;
        if (turn.Visit(path, Access.Read, Facets.Children) is var error && error != XsError.None)
            return error;
        var node = turn.Node;
        for (uint position = 0; Children.TryNext(turn.Blocks, node, ref position, out var child) && !turn.Buffer.IsOverfull; position++)
            turn.Buffer.Append(new NodeBlock(turn.Blocks, child).Name).Append([0]);
        return turn.Buffer.Reply;
    }

    /// <summary>DIRECTORY_PART <c>path|offset|</c> → <c>generation|(child|)*</c>, and one more NUL at the end of the list.</summary>
    internal static Reply DirectoryPart(Turn turn, PayloadReader arguments)
    {
        if (arguments.Count != 2 || !arguments.TryNext(out var text) || !turn.TryNodePath(text, out var path))
            return XsError.EINVAL;
        arguments.TryNext(out var offsetText);
        uint offset = (uint)PayloadReader.Atoi(offsetText);
        if (turn.Visit(path, Access.Read, Facets.Children | Facets.Generation) is var error && error != XsError.None)
            return error;

        var node = turn.Node;
        turn.Buffer.Append(node.Generation).Append([0]);
        if (offset >= Children.NameBytes(turn.Blocks, node))
            return turn.Buffer.Append([0]).Reply;
        var rest = turn.Listings.Of(node)[(int)offset..];
        int room = turn.Buffer.Room - 1;
        if (rest.Length <= room)
            return turn.Buffer.Append(rest).Append([0]).Reply;
        int whole = rest[..room].LastIndexOf((byte)0) + 1;
        return whole == 0 ? XsError.E2BIG : turn.Buffer.Append(rest[..whole]).Reply; // the client asks on from here
    }

    /// <summary>WRITE <c>path|value</c>. Missing parents are made. The value may hold any bytes.</summary>
    internal static Reply Write(Turn turn, PayloadReader arguments)
    {
        if (!arguments.TryNext(out var text) || !turn.TryNodePath(text, out var path))
            return XsError.EINVAL;
        var value = arguments.Rest;
        var error = turn.Visit(path, Access.Write, Facets.None);
        if (error == XsError.ENOENT)
            return Create(turn, path, value);
        if (error != XsError.None)
            return error;

        var node = turn.Node;
        if (!turn.AdmitsSize(Tree.RecordSize(turn.Blocks, node) - node.ValueLength + value.Length))
            return turn.Poison(XsError.ENOSPC);
        if (!turn.HasRoom(payload: value.Length))
            return turn.Poison(XsError.ENOMEM);
        turn.Ledger.Clear();
        if (turn.Transaction is { } transaction)
        {
            Edit.SetValue(transaction.Draft, turn.Walk, value, turn.NextGeneration(), turn.Ledger);
            transaction.Write(Transaction.ChangeKind.SetValue, path.Bytes);
            transaction.Hold(path.Bytes, value.Length);
            transaction.Touch(path.Bytes).Fires = true;
            return Reply.Ok;
        }
        turn.Ledger.Add(node.Permissions[0].Domid, 0, value.Length - node.ValueLength);
        if (turn.Store.Refuses(turn.Session, turn.Ledger) is var refused && refused != XsError.None)
            return refused;
        turn.Ledger.Clear();
        var draft = turn.Store.Memory.Begin();
        Edit.SetValue(draft, turn.Walk, value, turn.NextGeneration(), turn.Ledger);
        return Accept(turn, draft, path);
    }

    /// <summary>MKDIR <c>path|</c>. A node that exists is no error and no change.</summary>
    internal static Reply Mkdir(Turn turn, PayloadReader arguments)
    {
        if (!arguments.TryOnly(out var text) || !turn.TryNodePath(text, out var path))
            return XsError.EINVAL;
        var error = turn.Visit(path, Access.Write, Facets.None);
        return error == XsError.ENOENT ? Create(turn, path, default) : error;
    }

    /// <summary>RM <c>path|</c>. A node that is missing below a parent that exists is no error and no change.</summary>
    internal static Reply Rm(Turn turn, PayloadReader arguments)
    {
        if (!arguments.TryOnly(out var text) || !turn.TryNodePath(text, out var path))
            return XsError.EINVAL;
        var error = turn.Visit(path, Access.Write, Facets.None);
        if (error == XsError.ENOENT)
        {
            turn.Transaction?.Read(path.Parent.Bytes, Facets.Presence);
            return turn.Walk.Missing(path).Contains((byte)'/') ? XsError.ENOENT : Reply.Ok;
        }
        if (error != XsError.None)
            return error;
        if (path.IsRoot)
            return XsError.EINVAL;
        if (!turn.HasRoom(isRemoval: true))
            return turn.Poison(XsError.ENOMEM);
        turn.Ledger.Clear();
        if (turn.Transaction is { } transaction)
        {
            Edit.Remove(transaction.Draft, turn.Walk, turn.NextGeneration(), turn.Ledger);
            transaction.Remove(path.Bytes);
            transaction.Touch(path.Bytes).Fires = true;
            return Reply.Ok;
        }
        var draft = turn.Store.Memory.Begin();
        var removed = turn.Walk.Deepest;
        Edit.Remove(draft, turn.Walk, turn.NextGeneration(), turn.Ledger);
        turn.Store.Herald.Removed(path, turn.Store.Memory.Root, draft.Root, turn.Session, turn.Store.Outbox);
        turn.Store.AcceptRemoval(draft, turn.Ledger, removed, path.Bytes.Length);
        return Reply.Ok;
    }

    static Reply Create(Turn turn, StorePath path, ReadOnlySpan<byte> value)
    {
        var parent = turn.Node;
        var permissions = Inherited(turn, parent);
        var missing = turn.Walk.Missing(path);
        var (nodes, bytes) = Edit.Size(path, missing, permissions.Length, value.Length);
        if (!AdmitsSizes(turn, parent, missing, permissions.Length, value.Length))
            return turn.Poison(XsError.ENOSPC);
        if (!turn.HasRoom(missing.Length, nodes, permissions.Length, value.Length))
            return turn.Poison(XsError.ENOMEM);

        long generation = turn.Store.Memory.NodeGeneration;
        turn.Ledger.Clear();
        if (turn.Transaction is { } transaction)
        {
            transaction.Read(turn.Walk.DeepestPath(path).Bytes, Facets.Presence | Facets.Permissions); // which the new nodes inherit
            for (int end = path.Bytes.Length - missing.Length; end < path.Bytes.Length;)
            {
                int slash = path.Bytes[end..].IndexOf((byte)'/');
                end = slash < 0 ? path.Bytes.Length : end + slash;
                transaction.Read(path.Bytes[..end], Facets.Presence);
                transaction.Write(Transaction.ChangeKind.Create, path.Bytes[..end]);
                end++;
            }
            transaction.Hold(path.Bytes, value.Length + 8 * permissions.Length);
            transaction.Touch(path.Bytes).Fires = true;
            Edit.Create(transaction.Draft, turn.Walk, path, permissions, value, ref generation, turn.Ledger);
            turn.Store.Memory.NodeGeneration = generation;
            return Reply.Ok;
        }
        turn.Ledger.Add(permissions[0].Domid, nodes, bytes);
        if (turn.Store.Refuses(turn.Session, turn.Ledger) is var refused && refused != XsError.None)
            return refused;
        turn.Ledger.Clear();
        var draft = turn.Store.Memory.Begin();
        Edit.Create(draft, turn.Walk, path, permissions, value, ref generation, turn.Ledger);
        turn.Store.Memory.NodeGeneration = generation;
        return Accept(turn, draft, path);
    }

    static Reply Accept(Turn turn, Draft draft, StorePath path)
    {
        turn.Store.Herald.Changed(path, turn.Store.Memory.Root, draft.Root, turn.Session, turn.Store.Outbox);
        turn.Store.Accept(draft, turn.Ledger);
        return Reply.Ok;
    }

    // The parent's, but a guest that makes a node owns it.
    static ReadOnlySpan<Permission> Inherited(Turn turn, in NodeBlock parent)
    {
        var permissions = turn.Store.Memory.Liveness.Of(parent);
        if (turn.Session.IsPrivileged || permissions[0].Domid == turn.Session.Domain.Id)
            return permissions;
        var own = permissions.ToArray();
        own[0] = own[0] with { Domid = turn.Session.Domain.Id };
        return own;
    }

    static bool AdmitsSizes(Turn turn, in NodeBlock parent, ReadOnlySpan<byte> missing, int permissions, int value)
    {
        if (turn.Session.IsPrivileged)
            return true;
        long above = Tree.RecordSize(turn.Blocks, parent);
        for (int slash; ; missing = missing[(slash + 1)..])
        {
            slash = missing.IndexOf((byte)'/');
            if (!turn.AdmitsSize(above + (slash < 0 ? missing.Length : slash) + 1))
                return false;
            above = Tree.RecordHead + 8 * permissions;
            if (slash < 0)
                return turn.AdmitsSize(above + value);
        }
    }
}
