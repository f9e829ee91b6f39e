using Xen.Protocol.Wire;
using XenStored.Commands.Requests;

namespace XenStored.Commands;

/// <summary>The requests about watches. None of them belongs to a transaction.</summary>
static class WatchCommands
{
    /// <summary>WATCH <c>path|token|[depth|]</c>. The OK comes first, and then an event, whether the path exists or not.</summary>
    internal static Reply Watch(RequestContext request, PayloadReader arguments)
    {
        int count = arguments.Count;
        bool mayHaveDepth = request.Session.IsSocket || (request.Session.Domain.Features & StoreFeatures.WatchDepth) != 0;
        if (count != 2 && !(count == 3 && mayHaveDepth))
            return XsError.EINVAL;
        arguments.TryNext(out var text);
        arguments.TryNext(out var token);
        int? depth = null;
        if (count == 3)
        {
            if (!arguments.TryNext(out var depthText) || !PayloadReader.TryNumber(depthText, out int number))
                return XsError.EINVAL;
            depth = number < 0 ? null : number;
        }
        if (!request.TryPath(text, out var path))
            return XsError.EINVAL;

        var session = request.Session;
        if (session.FindWatch(path.Bytes, token) is not null)
            return XsError.EEXIST;
        if (request.Accounts.RefusesWatch(session, path.Bytes, token) is var refused && refused != XsError.None)
            return refused;
        return Reply.Watching(request.Store.WatchList.Add(session, path, token, depth));
    }

    /// <summary>UNWATCH <c>path|token|</c></summary>
    internal static Reply Unwatch(RequestContext request, PayloadReader arguments)
    {
        if (arguments.Count != 2 || !arguments.TryNext(out var text) || !arguments.TryNext(out var token)
            || !request.TryPath(text, out var path))
            return XsError.EINVAL;
        if (request.Session.FindWatch(path.Bytes, token) is not { } watch)
            return XsError.ENOENT;
        request.Store.WatchList.Remove(watch);
        return Reply.Ok;
    }

    /// <summary>RESET_WATCHES: removes all watches and transactions of the connection.</summary>
    internal static Reply Reset(RequestContext request, PayloadReader arguments)
    {
        request.Store.Sessions.Reset(request.Session);
        return Reply.Ok;
    }
}
