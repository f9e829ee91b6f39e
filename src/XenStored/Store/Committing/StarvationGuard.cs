using XenStored.Clients;

namespace XenStored.Store.Committing;

/// <summary>
/// Gives priority to a transaction that loses again and again. When a connection's commits were refused <see cref="Patience"/> times in a
/// row, its next transaction has priority: until that transaction ends, no other connection is served, so nothing can conflict with it. A
/// guest's priority defers only guests, never dom0. Priority ends by itself after 20 ms. Each further loss doubles that time, up to a
/// second for the privileged and 160 ms for guests. After a guest's priority no guest gets any for nine times as long as it lasted; the
/// same holds among the privileged. So a client that loses on purpose cannot stop a host. After a priority whose time ran out, one more
/// loss is enough for the next, which again lasts 20 ms. An abort resets the count of losses.
/// </summary>
sealed class StarvationGuard
{
    /// <summary>The number of refused commits in a row after which a connection gets priority.</summary>
    internal const int Patience = 5;

    const int ShortestMs = 20, LongestMs = 1000, LongestOfGuestMs = 160, RestFactor = 9;

    long since, until;
    long guestsRestUntil, privilegedRestUntil;

    /// <summary>The connection that has priority.</summary>
    internal Session? Holder { get; private set; }

    /// <summary>How often a connection got priority.</summary>
    internal long Grants { get; private set; }

    /// <summary>Whether a connection may be served now: nobody has priority that defers it.</summary>
    internal bool MayServe(Session session) =>
        Holder is null || Holder == session || session.IsPrivileged && !Holder.IsPrivileged;

    /// <summary>A transaction begins.</summary>
    /// <param name="now">Monotonic milliseconds of this iteration.</param>
    internal void Begins(Session session, long now)
    {
        if (Holder is not null || session.Losses < Patience || (session.IsPrivileged ? privilegedRestUntil : guestsRestUntil) > now)
            return;
        Holder = session;
        Grants++;
        since = now;
        int longest = session.IsPrivileged ? LongestMs : LongestOfGuestMs;
        until = now + Math.Min(longest, ShortestMs << Math.Min(session.Losses - Patience, 6));
    }

    /// <summary>A transaction of this session ended, or the session itself.</summary>
    internal void Ends(Session session, long now)
    {
        if (Holder != session)
            return;
        ref long rest = ref session.IsPrivileged ? ref privilegedRestUntil : ref guestsRestUntil;
        rest = now + RestFactor * (now - since);
        Holder = null;
    }

    /// <summary>Ends the priority of a holder whose time is over. Returns the milliseconds left; null if nobody has priority.</summary>
    internal long? Expire(long now)
    {
        if (Holder is null)
            return null;
        if (now < until)
            return until - now;
        Holder.Losses = Math.Min(Holder.Losses, Patience - 1); // one more loss gives priority again
        Ends(Holder, now);
        return null;
    }
}
