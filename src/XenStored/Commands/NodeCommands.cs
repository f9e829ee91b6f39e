using Xen.Protocol.Wire;
using XenStored.Clients.Transacting;
using XenStored.Commands.Requests;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Commands;

/// <summary>
/// The requests that read and change nodes. A command changes nothing itself: its reply has the change, and <see cref="Dispatcher"/> has
/// that made.
/// </summary>
static class NodeCommands
{
    /// <summary>READ <c>path|</c> → the value.</summary>
    internal static Reply Read(RequestContext request, PayloadReader arguments)
    {
        if (!arguments.TryOnly(out var text) || !request.TryNodePath(text, out var path))
            return XsError.EINVAL;
        var error = request.Visit(path, Access.Read, NodeParts.Value);
        return error != XsError.None ? error : Reply.Of(request.Node.Value);
    }

    /// <summary>DIRECTORY <c>path|</c> → <c>(child|)*</c>; E2BIG beyond a payload.</summary>
    internal static Reply Directory(RequestContext request, PayloadReader arguments)
    {
        if (!arguments.TryOnly(out var text) || !request.TryNodePath(text, out var path))
            return XsError.EINVAL;
        if (request.Visit(path, Access.Read, NodeParts.Children) is var error && error != XsError.None)
            return error;
        var node = request.Node;
        var buffer = request.Buffer;
        for (uint position = 0; Children.TryNext(request.Blocks, node, ref position, out var child) && !buffer.IsOverfull; position++)
            buffer.Append(new NodeBlock(request.Blocks, child).Name).Append([0]);
        return buffer.Reply;
    }

    /// <summary>DIRECTORY_PART <c>path|offset|</c> → <c>generation|(child|)*</c>, and one more NUL at the end of the list.</summary>
    internal static Reply DirectoryPart(RequestContext request, PayloadReader arguments)
    {
        if (arguments.Count != 2 || !arguments.TryNext(out var text) || !request.TryNodePath(text, out var path))
            return XsError.EINVAL;
        arguments.TryNext(out var offsetText);
        uint offset = (uint)PayloadReader.Atoi(offsetText);
        if (request.Visit(path, Access.Read, NodeParts.Children | NodeParts.Stamp) is var error && error != XsError.None)
            return error;

        var node = request.Node;
        request.Buffer.Append(node.Stamp).Append([0]);
        if (offset >= Children.NameBytes(request.Blocks, node))
            return request.Buffer.Append([0]).Reply;
        var rest = request.Listings.Of(node)[(int)offset..];
        int most = request.Buffer.Capacity - 1;
        if (rest.Length <= most)
            return request.Buffer.Append(rest).Append([0]).Reply;
        int whole = rest[..most].LastIndexOf((byte)0) + 1;
        return whole == 0 ? XsError.E2BIG : request.Buffer.Append(rest[..whole]).Reply; // the client asks for the next part from here
    }

    /// <summary>WRITE <c>path|value</c>. Missing parents are made. The value may have any bytes.</summary>
    internal static Reply Write(RequestContext request, PayloadReader arguments)
    {
        if (!arguments.TryNext(out var text) || !request.TryNodePath(text, out var path))
            return XsError.EINVAL;
        var value = arguments.Rest;
        var error = request.Visit(path, Access.Write, NodeParts.None);
        return error == XsError.None ? Reply.OkIfMade(Change.SetValue(request.Walk, path, value))
            : error == XsError.ENOENT ? Create(request, path, value)
            : error;
    }

    /// <summary>MKDIR <c>path|</c>. If the node exists, nothing changes and the reply is OK.</summary>
    internal static Reply Mkdir(RequestContext request, PayloadReader arguments)
    {
        if (!arguments.TryOnly(out var text) || !request.TryNodePath(text, out var path))
            return XsError.EINVAL;
        var error = request.Visit(path, Access.Write, NodeParts.None);
        return error == XsError.ENOENT ? Create(request, path, default) : error;
    }

    /// <summary>RM <c>path|</c>. If the node is missing and its parent exists, nothing changes and the reply is OK.</summary>
    internal static Reply Rm(RequestContext request, PayloadReader arguments)
    {
        if (!arguments.TryOnly(out var text) || !request.TryNodePath(text, out var path))
            return XsError.EINVAL;
        var error = request.Visit(path, Access.Write, NodeParts.None);
        if (error == XsError.ENOENT)
        {
            request.Transaction?.Read(path.Parent.Bytes, NodeParts.Presence);
            return request.Walk.Missing(path).Contains((byte)'/') ? XsError.ENOENT : Reply.Ok;
        }
        if (error != XsError.None)
            return error;
        if (path.IsRoot)
            return XsError.EINVAL;
        return Reply.OkIfMade(Change.Remove(request.Walk, path));
    }

    static Reply Create(RequestContext request, StorePath path, ReadOnlySpan<byte> value)
    {
        var parent = request.Node;
        return Reply.OkIfMade(Change.Create(request.Walk, path, Inherited(request, parent), value));
    }

    // The parent's permissions, but a guest that makes a node owns it.
    static ReadOnlySpan<Permission> Inherited(RequestContext request, scoped in NodeBlock parent)
    {
        var permissions = request.PermissionsOf(parent);
        if (request.Session.IsPrivileged || permissions[0].Domid == request.Session.Domain.Id)
            return permissions;
        var own = permissions.ToArray();
        own[0] = own[0] with { Domid = request.Session.Domain.Id };
        return own;
    }
}
