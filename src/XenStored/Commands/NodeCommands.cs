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
        return error switch
        {
            XsError.None => turn.Apply(Change.SetValue(turn.Walk, path, value)),
            XsError.ENOENT => Create(turn, path, value),
            _ => error,
        };
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
        return turn.Apply(Change.Remove(turn.Walk, path));
    }

    static XsError Create(Turn turn, StorePath path, ReadOnlySpan<byte> value)
    {
        var parent = turn.Node;
        return turn.Apply(Change.Create(turn.Walk, path, Inherited(turn, parent), value));
    }

    // The parent's, but a guest that makes a node owns it.
    static ReadOnlySpan<Permission> Inherited(Turn turn, in NodeBlock parent)
    {
        var permissions = turn.PermissionsOf(parent);
        if (turn.Session.IsPrivileged || permissions[0].Domid == turn.Session.Domain.Id)
            return permissions;
        var own = permissions.ToArray();
        own[0] = own[0] with { Domid = turn.Session.Domain.Id };
        return own;
    }
}
