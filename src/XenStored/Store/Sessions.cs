using XenStored.Clients;
using XenStored.Clients.Transacting;
using XenStored.Store.Committing;

namespace XenStored.Store;

/// <summary>
/// The connections that use the store. A number is given once, also over the deaths of processes.
/// </summary>
sealed class Sessions(Domains domains, Readers readers, Transactions transactions, WatchList watchList)
{
    readonly Dictionary<long, Session> all = [];
    Dictionary<long, TransactionLog> earlierLogs = [];
    long sessionId;

    internal int Count => all.Count;

    internal IEnumerable<Session> All => all.Values;

    internal Session? Find(long id) => all.GetValueOrDefault(id);

    /// <summary>A connection begins.</summary>
    internal Session Open(Domain domain, bool isSocket)
    {
        var session = new Session(++sessionId, domain, isSocket || domain.Id == domains.Privileged, isSocket);
        all.Add(session.Id, session);
        return session;
    }

    /// <summary>A connection of a client of the read-only socket begins.</summary>
    internal Session OpenReader(uint uid) => AddSocket(++sessionId, uid);

    /// <summary>Keeps what is known of the transactions of connections that an earlier process had, until these go on.</summary>
    internal void KeepLogs(Dictionary<long, TransactionLog> logs) => earlierLogs = logs;

    /// <summary>Drops what is known of the transactions of connections that nobody goes on with.</summary>
    internal void DropOtherLogs()
    {
        foreach (var log in earlierLogs.Values)
            log.Remove();
        earlierLogs.Clear();
    }

    /// <summary>Goes on with a guest's connection that an earlier process had.</summary>
    internal void Reopen(Domain domain, long id, uint lastTransaction)
    {
        var log = TakeLog(id);
        lastTransaction = Math.Max(lastTransaction, log?.Highest ?? 0); // there may have been no memory for a higher bound
        domain.Session = new(id, domain, domain.Id == domains.Privileged, isSocket: false)
        {
            LastTransaction = lastTransaction,
            EarlierUpTo = lastTransaction,
            TransactionBound = lastTransaction,
            Log = log,
        };
        all.Add(id, domain.Session);
        sessionId = Math.Max(sessionId, id);
    }

    /// <summary>Goes on with a client on the socket that an earlier process had.</summary>
    /// <param name="reader">The uid of a client of the read-only socket.</param>
    internal Session ReopenSocket(long id, uint lastTransaction = 0, uint? reader = null)
    {
        if (!all.TryGetValue(id, out var session))
        {
            session = AddSocket(id, reader);
            (session.IsKept, session.Log) = (true, TakeLog(id));
        }
        lastTransaction = Math.Max(lastTransaction, session.Log?.Highest ?? 0);
        (session.LastTransaction, session.EarlierUpTo) = (lastTransaction, lastTransaction);
        sessionId = Math.Max(sessionId, id);
        return session;
    }

    TransactionLog? TakeLog(long id) => earlierLogs.Remove(id, out var log) ? log : null;

    /// <summary>
    /// Sessions begin with a higher number than this one, which an earlier process used. A client with that number again would get what
    /// was for the one before, if this process died before it had published that there is nothing.
    /// </summary>
    internal void BeginAfter(long number) => sessionId = Math.Max(sessionId, number);

    /// <summary>A connection is over. Drops its watches and transactions.</summary>
    internal void Close(Session session)
    {
        Reset(session);
        if (all.Remove(session.Id) && session.Reader is { } reader && --reader.Sessions == 0)
            readers.Forget(reader);
    }

    /// <summary>Drops all watches and transactions of a connection.</summary>
    internal void Reset(Session session)
    {
        watchList.RemoveAll(session);
        transactions.ForgetAll(session);
    }

    Session AddSocket(long id, uint? uid)
    {
        var reader = uid is { } user ? readers.Of(user) : null;
        var session = new Session(id, reader?.Domain ?? domains.Home, isPrivileged: reader is null, isSocket: true, reader);
        if (reader is not null)
            reader.Sessions++;
        all.Add(id, session);
        return session;
    }
}
