namespace XenStored.Store;

/// <summary>
/// Lets a transaction that loses again and again win at last. A connection whose commits were refused <see cref="Patience"/> times in a row
/// gets the floor with its next transaction: until that ends no other connection is served, so nothing can come between. The shell asks
/// <see cref="MayServe"/> before each turn and ends a floor that lasts too long; each further loss doubles the time. A guest that had the
/// floor must then wait nine times as long as it had it, so that guests cannot hold up a host by losing on purpose.
/// </summary>
sealed class Floor
{
    /// <summary>Refused commits in a row that entitle to the floor.</summary>
    internal const int Patience = 5;

    const int ShortestMs = 20, LongestMs = 1000, RestFactor = 9;

    readonly Dictionary<ushort, long> restsUntil = [];
    long since, until;

    /// <summary>Who has the floor.</summary>
    internal Session? Holder { get; private set; }

    internal bool MayServe(Session session) => Holder is null || Holder == session;

    /// <summary>A transaction begins.</summary>
    /// <param name="now">Monotonic milliseconds, as the shell last told.</param>
    internal void Begins(Session session, long now)
    {
        if (Holder is not null || session.Losses < Patience)
            return;
        if (!session.IsPrivileged && restsUntil.GetValueOrDefault(session.Domain.Id) > now)
            return;
        Holder = session;
        since = now;
        until = now + Math.Min(LongestMs, ShortestMs << Math.Min(session.Losses - Patience, 10));
    }

    /// <summary>A transaction of this session ended, or the session did.</summary>
    internal void Ends(Session session, long now)
    {
        if (Holder != session)
            return;
        if (!session.IsPrivileged)
            restsUntil[session.Domain.Id] = now + RestFactor * (now - since + 1);
        Holder = null;
    }

    /// <summary>Takes the floor from a holder whose time is over; answers the milliseconds left, or -1 if nobody has it.</summary>
    internal long Expire(long now)
    {
        if (Holder is null)
            return -1;
        if (now < until)
            return until - now;
        Ends(Holder, now);
        return -1;
    }
}
