using XenStored.Clients;

namespace XenStored.Store;

/// <summary>
/// Lets a transaction that loses again and again win at last. A connection whose commits were refused <see cref="Patience"/> times in a row
/// gets the floor with its next transaction: until that ends no other connection is served, so nothing can come between. A guest's floor
/// defers guests only: dom0 is never kept waiting by one. The floor ends by itself after 20 ms, doubled with each further loss up to a
/// second for the privileged and 160 ms for guests; after it nobody of the same kind gets it for nine times as long as it lasted, so that
/// losing on purpose cannot hold up a host. Who lets it run out, or gives its transaction up, begins to count anew.
/// </summary>
sealed class StarvationGuard
{
    /// <summary>Refused commits in a row that entitle to the floor.</summary>
    internal const int Patience = 5;

    const int ShortestMs = 20, LongestMs = 1000, LongestOfGuestMs = 160, RestFactor = 9;

    long since, until;
    long guestsRestUntil, privilegedRestUntil;

    /// <summary>Who has the floor.</summary>
    internal Session? Holder { get; private set; }

    internal bool MayServe(Session session) =>
        Holder is null || Holder == session || session.IsPrivileged && !Holder.IsPrivileged;

    /// <summary>A transaction begins.</summary>
    /// <param name="now">Monotonic milliseconds, as the shell last told.</param>
    internal void Begins(Session session, long now)
    {
        if (Holder is not null || session.Losses < Patience || (session.IsPrivileged ? privilegedRestUntil : guestsRestUntil) > now)
            return;
        Holder = session;
        since = now;
        int longest = session.IsPrivileged ? LongestMs : LongestOfGuestMs;
        until = now + Math.Min(longest, ShortestMs << Math.Min(session.Losses - Patience, 6));
    }

    /// <summary>A transaction of this session ended, or the session did.</summary>
    internal void Ends(Session session, long now)
    {
        if (Holder != session)
            return;
        ref long rest = ref session.IsPrivileged ? ref privilegedRestUntil : ref guestsRestUntil;
        rest = now + RestFactor * (now - since);
        Holder = null;
    }

    /// <summary>Takes the floor from a holder whose time is over; answers the milliseconds left, or -1 if nobody has it.</summary>
    internal long Expire(long now)
    {
        if (Holder is null)
            return -1;
        if (now < until)
            return until - now;
        Holder.Losses = Math.Min(Holder.Losses, Patience - 1); // one more honest loss, and it may try again
        Ends(Holder, now);
        return -1;
    }
}
