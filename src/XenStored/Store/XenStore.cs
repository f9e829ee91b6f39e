using Xen.Protocol.Wire;
using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Watches;

namespace XenStored.Store;

/// <summary>
/// The store: the present tree, the domains and connections that use it, and the rules for changes. It does no I/O and reads no clock.
/// Replies and events go to the outbox. Effects on the hypervisor go through <see cref="IDomainControl"/>.
/// </summary>
sealed class XenStore
{
    readonly Rights rights;
    readonly WatchNotifier notifier;
    readonly QuotaDelta delta;
    readonly RecordWriter recordWriter;
    long watchOrder;
    long sessionId;

    /// <summary>Makes a store over its memory.</summary>
    /// <param name="home">The domain that the daemon runs in. Clients on the socket belong to it.</param>
    /// <param name="privileged">The domain that may do everything.</param>
    internal XenStore(
        StoreMemory memory, IDomainControl domainControl, IDaemonControl control, IOutbox outbox, ushort home = 0, ushort privileged = 0)
    {
        Memory = memory;
        Control = control;
        Outbox = outbox;
        PrivilegedDomid = privileged;
        Quotas = new(control.Refused);
        rights = new(memory);
        notifier = new(memory.Blocks, Watches, rights, outbox);
        delta = new(memory);
        Domains = new(Quotas, home, privileged);
        DomainLife = new(this, memory, domainControl, rights, notifier);
        Accounts = new(memory, Domains, Quotas);
        Transactions = new(this, notifier);
        Home = Domains.Known(home);
        Domains.Known(privileged);
        Records = new(memory);
        recordWriter = new(this, Records);
        if (memory.IsReopened)
            new StoreReopening(this, Records).Run();
        else
            Seed();
    }

    internal StoreMemory Memory { get; }

    /// <summary>What the daemon knows beside the tree and another process needs.</summary>
    internal RecordTree Records { get; }

    internal IDaemonControl Control { get; }
    internal IOutbox Outbox { get; }
    internal Domains Domains { get; }
    internal DomainLife DomainLife { get; }
    internal Accounts Accounts { get; }
    internal Transactions Transactions { get; }
    internal WatchTrie Watches { get; } = new();
    internal Quotas Quotas { get; }
    internal StarvationGuard StarvationGuard { get; } = new();
    internal Domain Home { get; }
    internal ushort PrivilegedDomid { get; }
    internal Dictionary<long, Session> Sessions { get; } = [];

    /// <summary>Monotonic milliseconds. The scheduler sets it once in each iteration.</summary>
    internal long Now { get; set; }

    /// <summary>Nodes whose owner died go to the privileged domain and are not removed (--keep-orphans).</summary>
    internal bool KeepsOrphans { get; set; }

    /// <summary>@introduceDomain and @releaseDomain, in this order, with their permissions.</summary>
    internal SpecialNode[] Specials { get; } =
    [
        new("@introduceDomain", [new(0, Access.None)]),
        new("@releaseDomain", [new(0, Access.None), new(Domid.Any, Access.Read)]),
    ];

    /// <summary>What a session may do with a special node.</summary>
    internal Access RightsOf(Session session, SpecialNode special) => rights.Of(session, special.Permissions, special.Stamp);

    /// <summary>The error that a session gets for the node that a walk leads to: see <see cref="Rights.Check"/>.</summary>
    internal XsError RightsError(Session session, Walk walk, Access needed) => rights.Check(session, walk, needed);

    internal SpecialNode? Special(StorePath path)
    {
        foreach (var node in Specials)
            if (path.Bytes.SequenceEqual(node.Name))
                return node;
        return null;
    }

    /// <summary>Gives a special node other permissions, and charges its new owner instead of the old one.</summary>
    internal void GiveSpecial(SpecialNode special, Permission[] permissions)
    {
        Domains.Charge(special.Permissions[0].Domid, -1, 0);
        Domains.Charge(permissions[0].Domid, 1, 0);
        special.Permissions = permissions;
        special.Stamp = Memory.NextStamp();
        recordWriter.GlobalsChanged();
    }

    /// <summary>A connection begins.</summary>
    internal Session Open(Domain domain, bool isSocket)
    {
        var session = new Session(++sessionId, domain, isSocket || domain.Id == PrivilegedDomid, isSocket);
        Sessions.Add(session.Id, session);
        return session;
    }

    /// <summary>Goes on with a guest's connection that an earlier process had. Its transactions are lost.</summary>
    internal void Reopen(Domain domain, long id, uint lastTransaction)
    {
        domain.Session = new(id, domain, domain.Id == PrivilegedDomid, isSocket: false)
        {
            LastTransaction = lastTransaction,
            LostUpTo = lastTransaction,
            TransactionBound = lastTransaction,
        };
        Sessions.Add(id, domain.Session);
        sessionId = Math.Max(sessionId, id);
    }

    /// <summary>Goes on with a client on the socket that an earlier process had. Its transactions are lost.</summary>
    internal Session ReopenSocket(long id, uint lastTransaction = 0)
    {
        if (!Sessions.TryGetValue(id, out var session))
            Sessions.Add(id, session = new(id, Home, isPrivileged: true, isSocket: true) { IsKept = true });
        (session.LastTransaction, session.LostUpTo) = (lastTransaction, lastTransaction);
        sessionId = Math.Max(sessionId, id);
        return session;
    }

    /// <summary>
    /// Sessions begin with a higher number than this one, which an earlier process used. A client with that number again would get what
    /// was for the one before, if this process died before it had published that there is nothing.
    /// </summary>
    internal void BeginSessionsAfter(long number) => sessionId = Math.Max(sessionId, number);

    /// <summary>Goes on with a watch that an earlier process had.</summary>
    internal void Reopen(Watch watch)
    {
        watch.Session.Add(watch);
        Watches.Add(watch);
        watch.Session.Domain.Account.Watches.Add(1);
        watch.Session.Domain.Account.Memory.Add(watch.Charge);
        watchOrder = Math.Max(watchOrder, watch.Order);
    }

    /// <summary>A connection is over. Drops its watches and transactions.</summary>
    internal void Close(Session session)
    {
        Reset(session);
        Sessions.Remove(session.Id);
    }

    /// <summary>Drops all watches and transactions of a connection.</summary>
    internal void Reset(Session session)
    {
        // The last first, because removing from the end of a list is cheap.
        foreach (var watch in session.Watches.OrderByDescending(watch => watch.Order))
            RemoveWatch(watch);
        foreach (var transaction in session.Transactions)
            Transactions.Forget(session, transaction);
        session.CloseAll();
        StarvationGuard.Ends(session, Now);
    }

    internal Watch AddWatch(Session session, StorePath path, ReadOnlySpan<byte> token, int depth)
    {
        var watch = new Watch(session, path.Bytes.ToArray(), path.HomeLength, token.ToArray(), depth, ++watchOrder);
        session.Add(watch);
        Watches.Add(watch);
        session.Domain.Account.Watches.Add(1);
        recordWriter.Changed(watch);
        Control.Trace("CREATE watch", watch);
        session.Domain.Account.Memory.Add(watch.Charge);
        return watch;
    }

    internal void RemoveWatch(Watch watch)
    {
        watch.IsOver = true;
        watch.Session.Remove(watch);
        Watches.Remove(watch);
        recordWriter.Changed(watch);
        watch.Session.Domain.Account.Watches.Add(-1);
        Control.Trace("DESTROY watch", watch);
        watch.Session.Domain.Account.Memory.Add(-watch.Charge);
    }

    /// <summary>Sets a limit of all domains, present and future.</summary>
    internal void SetQuota(Quota quota, int value)
    {
        SetQuotaOfNew(quota, value);
        foreach (var domain in Domains.All)
        {
            domain.Limits.Follow(quota, value);
            domain.Changed();
        }
    }

    /// <summary>Sets a limit of the domains that the store will meet.</summary>
    internal void SetQuotaOfNew(Quota quota, int value)
    {
        Quotas[quota] = value;
        recordWriter.GlobalsChanged();
    }

    /// <summary>A domain died. Its permissions on nodes written so far are void.</summary>
    internal void Died(ushort domid) => recordWriter.Died(domid, Memory.Died(domid));

    /// <summary>
    /// The one way of a client's change. A refused change changes nothing; in a transaction it also keeps that from committing. Any other
    /// change is made in a draft. Then the draft is kept and the watches fire. A transaction has a draft of its own: the quotas of domains
    /// are checked and watches fire when it commits.
    /// </summary>
    /// <param name="transaction">The transaction that the change belongs to. Null for a change that is kept at once.</param>
    /// <returns>ENOSPC for a quota of nodes or of a node's size, ENOMEM for one of memory and for a full store.</returns>
    internal XsError Apply(Session session, Transaction? transaction, in Change change)
    {
        delta.Clear();
        if (Refuses(session, transaction, change) is var refused && refused != XsError.None)
            return refused;
        var draft = transaction?.Draft ?? Memory.Begin();
        TreeEdit.Make(draft, change);
        if (transaction is null)
            Keep(draft, session, change);
        else
            transaction.Note(change);
        return XsError.None;
    }

    /// <summary>Makes and keeps a change of the store's own. It checks no quota.</summary>
    /// <param name="firesWatches">Whether watches fire.</param>
    /// <returns>False: the store is full even for a removal, and nothing changed.</returns>
    internal bool TryMake(in Change change, bool firesWatches)
    {
        if (!Capacity.TryReserve(Memory.Blocks, change, mayTakeLast: true))
            return false;
        delta.Clear();
        delta.Add(change);
        var draft = Memory.Begin();
        TreeEdit.Make(draft, change);
        Keep(draft, null, change, firesWatches);
        return true;
    }

    /// <summary>Sends a watch's first event, after the reply to its request.</summary>
    internal void FireFirst(Watch watch) => notifier.NotifyFirst(watch);

    /// <summary>
    /// Ends an iteration: publishes, and then does some of the work that was postponed. Returns whether some is left.
    /// </summary>
    internal bool EndIteration(int budget)
    {
        Accounts.Work(budget);
        recordWriter.Write();
        Memory.EndIteration(budget);
        if (Memory.Blocks.Slabs.TakeRefusal() is not 0 and var errno)
            Control.Full(errno);
        return Accounts.HasWork || Memory.HasWork;
    }

    // A transaction with a refused change must not commit, because it has only a part of what its client wanted.
    XsError Refuses(Session session, Transaction? transaction, in Change change)
    {
        var error = !Accounts.AdmitsSizes(session, change) ? XsError.ENOSPC
            : !Capacity.TryReserve(Memory.Blocks, change) ? XsError.ENOMEM
            : XsError.None;
        if (transaction is not null)
        {
            transaction.IsPoisoned |= error != XsError.None;
            return error;
        }
        if (error != XsError.None)
            return error;
        delta.Add(change);
        return Accounts.Refuses(session, delta);
    }

    // The tree from before can be read until the draft is released. The watchers' rights and the removed nodes are looked up in it.
    void Keep(Draft draft, Session? cause, in Change change, bool firesWatches = true)
    {
        var removed = change.Walk.Deepest;
        var before = Memory.Keep(draft);
        if (firesWatches)
            notifier.Notify(change, before, Memory.Root, cause);
        if (change.Kind == ChangeKind.Remove)
            Accounts.Removed(draft, before, removed, change.Path.Bytes.Length);
        Accounts.Charge(delta);
        Memory.Release(draft);
    }

    // The nodes that a fresh store has.
    void Seed()
    {
        foreach (var node in Specials)
            node.Permissions[0] = new(PrivilegedDomid, Access.None);
        var walk = new Walk(Memory.Blocks);
        var path = StorePath.Known("/tool/xenstored"u8);
        walk.To(Memory.Root, path);
        if (!walk.Found)
            TryMake(Change.Create(walk, path, [new(PrivilegedDomid, Access.None)], default), firesWatches: false);
        Domains.Charge(PrivilegedDomid, 1 + Specials.Length, 0);
    }
}
