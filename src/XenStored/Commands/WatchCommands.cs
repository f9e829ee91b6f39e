using Xen.Wire;

namespace XenStored.Commands;

/// <summary>The requests about watches. None of them belongs to a transaction.</summary>
static class WatchCommands
{
    /// <summary>WATCH <c>path|token|[depth|]</c>. The OK comes first, then an event, whether the path exists or not.</summary>
    internal static Reply Watch(Turn turn, PayloadReader arguments)
    {
        int count = arguments.Count;
        bool mayHaveDepth = turn.Session.IsSocket || (turn.Session.Domain.Features & StoreFeatures.WatchDepth) != 0;
        if (count != 2 && !(count == 3 && mayHaveDepth))
            return XsError.EINVAL;
        arguments.TryNext(out var text);
        arguments.TryNext(out var token);
        int depth = -1;
        if (count == 3 && (!arguments.TryNext(out var depthText) || !PayloadReader.TryNumber(depthText, out depth)))
            return XsError.EINVAL;
        if (!turn.TryPath(text, out var path))
            return XsError.EINVAL;

        var session = turn.Session;
        if (session.FindWatch(path.Bytes, token) is not null)
            return XsError.EEXIST;
        if (turn.Accounts.RefusesWatch(session, path.Bytes, token) is var refused && refused != XsError.None)
            return refused;
        turn.FirstEvent = turn.Store.AddWatch(session, path, token, depth);
        return Reply.Ok;
    }

    /// <summary>UNWATCH <c>path|token|</c></summary>
    internal static Reply Unwatch(Turn turn, PayloadReader arguments)
    {
        if (arguments.Count != 2 || !arguments.TryNext(out var text) || !arguments.TryNext(out var token)
            || !turn.TryPath(text, out var path))
            return XsError.EINVAL;
        if (turn.Session.FindWatch(path.Bytes, token) is not { } watch)
            return XsError.ENOENT;
        turn.Store.RemoveWatch(watch);
        return Reply.Ok;
    }

    /// <summary>RESET_WATCHES: all watches and all transactions of the connection are gone.</summary>
    internal static Reply Reset(Turn turn, PayloadReader arguments)
    {
        turn.Store.Reset(turn.Session);
        return Reply.Ok;
    }
}
