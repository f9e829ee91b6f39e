using Xen.Protocol.Wire;
using XenStored.Clients.Limits;
using XenStored.Tree;

namespace XenStored.Clients;

/// <summary>
/// The users of the read-only socket who have connections. What they may have together has limits, and one of them may have at most a
/// quarter of it. One person can be many users (in a user namespace of its own), so only the limits of all of them protect others.
/// </summary>
sealed class Readers(Quotas quotas)
{
    /// <summary>Bytes of all watches of a user, as accounts count them.</summary>
    internal const int MostWatchBytes = 1 << 20;

    readonly Dictionary<uint, Reader> all = []; // no more than there may be connections

    /// <summary>What they may read beside that which every guest may read.</summary>
    internal PathPatterns Paths { get; } = new();

    /// <summary>The most clients of all of them.</summary>
    internal int MostSessions { get; set; }

    /// <summary>The most watches of all of them.</summary>
    internal int MostWatches { get; set; }

    /// <summary>The most open transactions of all of them.</summary>
    internal int MostTransactions { get; set; }

    /// <summary>The number of their clients.</summary>
    internal int Sessions => all.Values.Sum(reader => reader.Sessions);

    /// <summary>The number of their watches.</summary>
    internal long Watches => all.Values.Sum(reader => reader.Domain.Account.Watches.Now);

    /// <summary>The number of their open transactions.</summary>
    internal long Transactions => all.Values.Sum(reader => reader.Domain.Account.Transactions.Now);

    /// <summary>How many clients were not accepted.</summary>
    internal long ClientsRefused { get; set; }

    /// <summary>How many requests a limit of theirs refused.</summary>
    internal long RequestsRefused { get; private set; }

    /// <summary>What one user may have of what all may have.</summary>
    internal static int ShareOf(int most) => Math.Max((most + 3) / 4, 1);

    /// <summary>The user with a uid.</summary>
    internal Reader Of(uint uid)
    {
        if (!all.TryGetValue(uid, out var reader)) // the records know readers by their watches only, so nobody asks what has changed
            all.Add(uid, reader = new(uid, new(Domid.Invalid, quotas, changed: new HashSet<Domain>()), Paths));
        return reader;
    }

    /// <summary>A user has no connection any more.</summary>
    internal void Forget(Reader reader) => all.Remove(reader.Uid);

    /// <summary>Why a user may have no further client; null: the user may.</summary>
    internal string? WhyNoSession(uint uid) =>
        Sessions >= MostSessions ? $"readers have {Sessions} connections, the limit is {MostSessions}"
        : all.TryGetValue(uid, out var reader) && reader.Sessions >= ShareOf(MostSessions)
            ? $"its user has {reader.Sessions} connections, the limit is {ShareOf(MostSessions)}"
        : null;

    /// <summary>Whether a reader may begin one more transaction.</summary>
    internal bool AdmitsTransaction(Session session)
    {
        bool isAdmitted = Transactions < MostTransactions && session.Domain.Account.Transactions.Now < ShareOf(MostTransactions);
        if (!isAdmitted)
            Refused(session, Quota.Transactions);
        return isAdmitted;
    }

    /// <summary>The error if a reader may not have one more watch: ENOSPC for their number, ENOMEM for their bytes.</summary>
    internal XsError RefusesWatch(Session session, int bytes)
    {
        var account = session.Domain.Account;
        if (Watches >= MostWatches || account.Watches.Now >= ShareOf(MostWatches))
        {
            Refused(session, Quota.Watches);
            return XsError.ENOSPC;
        }
        if (account.Memory.Now + bytes <= MostWatchBytes)
            return XsError.None;
        Refused(session, Quota.Memory);
        return XsError.ENOMEM;
    }

    void Refused(Session session, Quota quota)
    {
        RequestsRefused++;
        session.Connection?.Refused(session.Domain, quota);
    }
}
