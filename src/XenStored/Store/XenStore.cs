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
    readonly Conflicts conflicts;
    readonly Replay replay;
    readonly QuotaDelta delta;
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
        conflicts = new(memory);
        replay = new(memory, heir: privileged);
        delta = new(memory);
        Domains = new(Quotas, home, privileged);
        DomainLife = new(this, memory, domainControl, rights, notifier);
        Accounts = new(memory, Domains, Quotas);
        Home = Domains.Known(home);
        Domains.Known(privileged);
        Seed();
    }

    internal StoreMemory Memory { get; }
    internal IDaemonControl Control { get; }
    internal IOutbox Outbox { get; }
    internal Domains Domains { get; }
    internal DomainLife DomainLife { get; }
    internal Accounts Accounts { get; }
    internal WatchTrie Watches { get; } = new();
    internal Quotas Quotas { get; }
    internal StarvationGuard StarvationGuard { get; } = new();
    internal Domain Home { get; }
    internal ushort PrivilegedDomid { get; }
    internal int OpenTransactions { get; private set; }
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
    }

    /// <summary>A connection begins.</summary>
    internal Session Open(Domain domain, bool isSocket)
    {
        var session = new Session(++sessionId, domain, isSocket || domain.Id == PrivilegedDomid, isSocket);
        Sessions.Add(session.Id, session);
        return session;
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
            Forget(session, transaction);
        session.CloseAll();
        StarvationGuard.Ends(session, Now);
    }

    internal Watch AddWatch(Session session, StorePath path, ReadOnlySpan<byte> token, int depth)
    {
        var watch = new Watch(session, path.Bytes.ToArray(), path.HomeLength, token.ToArray(), depth, ++watchOrder);
        session.Add(watch);
        Watches.Add(watch);
        session.Domain.Account.Watches.Add(1);
        Control.Trace("CREATE watch", watch);
        session.Domain.Account.Memory.Add(watch.Charge);
        return watch;
    }

    internal void RemoveWatch(Watch watch)
    {
        watch.Session.Remove(watch);
        Watches.Remove(watch);
        watch.Session.Domain.Account.Watches.Add(-1);
        Control.Trace("DESTROY watch", watch);
        watch.Session.Domain.Account.Memory.Add(-watch.Charge);
    }

    internal uint Begin(Session session)
    {
        StarvationGuard.Begins(session, Now);
        Memory.NextStamp();
        var start = Memory.Take();
        OpenTransactions++;
        session.Domain.Account.Transactions.Add(1);
        var transaction = new Transaction(start, Memory.BeginPrivate());
        Control.Trace("CREATE transaction", transaction);
        return session.Open(transaction);
    }

    /// <summary>Ends a transaction without its changes.</summary>
    internal void Abort(Session session, uint id, Transaction transaction)
    {
        session.Close(id);
        Forget(session, transaction);
        session.Losses = 0;
        StarvationGuard.Ends(session, Now);
    }

    /// <summary>Ends a transaction. If nothing that it read has changed and the quotas admit its changes, they are made.</summary>
    /// <returns>EAGAIN for a conflict, ENOSPC for a quota of nodes, ENOMEM for one of memory, for a full store, and if a change of the
    /// transaction was refused.</returns>
    internal XsError Commit(Session session, uint id, Transaction transaction)
    {
        session.Close(id);
        var error = transaction.IsPoisoned ? XsError.ENOMEM : CommitChanges(session, transaction);
        Forget(session, transaction);
        session.Losses = error == XsError.EAGAIN ? session.Losses + 1 : 0;
        StarvationGuard.Ends(session, Now);
        return error;
    }

    /// <summary>Sets a limit of all domains, present and future.</summary>
    internal void SetQuota(Quota quota, int value)
    {
        Quotas[quota] = value;
        foreach (var domain in Domains.All)
            domain.Limits.Follow(quota, value);
    }

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

    XsError CommitChanges(Session session, Transaction transaction)
    {
        if (transaction.Changes.Count == 0)
            return XsError.None; // a transaction that only reads counts as run at its start
        if (conflicts.FirstDisturbed(transaction) is { } rival)
        {
            session.ConflictPath = System.Text.Encoding.ASCII.GetString(rival.Path);
            return XsError.EAGAIN;
        }
        delta.Clear();
        var draft = Memory.Begin();
        var error = !replay.TryMake(draft, transaction, delta) ? XsError.ENOMEM : RefusesCommit(session);
        if (error != XsError.None)
        {
            Memory.Discard(draft);
            return error;
        }
        var before = Memory.Keep(draft);
        foreach (var node in transaction.Nodes)
            if (node.Fires)
                notifier.NotifyCommitted(StorePath.Known(node.Path), before, Memory.Root, session);
        if (session.IsPrivileged)
            foreach (var (node, length) in replay.Removed)
                Accounts.Removed(draft, before, node, length);
        Accounts.Charge(delta);
        Memory.Release(draft);
        return XsError.None;
    }

    // What a guest removes counts against what it makes, so the removed nodes are counted first and completely.
    XsError RefusesCommit(Session session)
    {
        if (session.IsPrivileged)
            return XsError.None;
        foreach (var (node, length) in replay.Removed)
            Removals.Count(Memory.Blocks, node, length, delta);
        return Accounts.Refuses(session, delta);
    }

    void Forget(Session session, Transaction transaction)
    {
        transaction.IsOver = true;
        Control.Trace("DESTROY transaction", transaction);
        Memory.Discard(transaction.Draft);
        Memory.Drop(transaction.Start);
        OpenTransactions--;
        session.Domain.Account.Transactions.Add(-1);
        session.Domain.Account.Memory.Add(-transaction.Charged);
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
