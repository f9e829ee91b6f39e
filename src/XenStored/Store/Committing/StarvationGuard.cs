using XenStored.Clients;

namespace XenStored.Store.Committing;

/// <summary>
/// Gives priority to a transaction that loses again and again. When a connection's commits were refused <see cref="Patience"/> times in a
/// row, its next transaction has priority: until that transaction ends, no other connection is served, so nothing can conflict with it. A
/// guest's priority defers only guests, never dom0.
/// </summary>
/// <remarks>
/// A client that loses on purpose cannot stop a host: priority ends by itself, and is followed by a rest of nine times its length, in which
/// no guest gets any (after one of the privileged: none of these). An example, of guests only:
/// <code>
/// ms 0     guest 1 begins a transaction after 5 losses: it has priority for at most 20 ms
/// ms 20    it has not ended it: the others are served again, and the next loss of guest 1 is enough for another 20 ms
/// ms 30    guest 1 loses and begins again: no priority, because guests rest until ms 200
/// ms 210   it has lost twice more meanwhile (7 in all), and begins again: priority for at most 80 ms, as it doubles with each loss
///          after the fifth, up to 160 ms (1 s for the privileged)
/// ms 215   it commits: its losses are forgotten, and guests rest until ms 260
/// </code>
/// An abort forgets losses, too.
/// </remarks>
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

    /// <summary>A transaction begins. Returns whether it has priority from now on.</summary>
    /// <param name="now">Monotonic milliseconds of this iteration.</param>
    internal bool Begins(Session session, long now)
    {
        if (Holder is not null || session.Losses < Patience || (session.IsPrivileged ? privilegedRestUntil : guestsRestUntil) > now)
            return false;
        Holder = session;
        Grants++;
        since = now;
        int longest = session.IsPrivileged ? LongestMs : LongestOfGuestMs;
        until = now + Math.Min(longest, ShortestMs << Math.Min(session.Losses - Patience, 6));
        return true;
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
