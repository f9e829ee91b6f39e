using Xen.Wire;
using XenStored.State;
using XenStored.State.Memory;

namespace XenStored.Store;

/// <summary>
/// The store: one true tree, the domains and connections that use it, and the rules by which a change becomes true. It does no I/O and
/// reads no clock; what clients are to receive goes to the outbox, what the hypervisor must do to the door.
/// </summary>
sealed class XenStore
{
    readonly Removals removals;
    readonly Commit commit;
    readonly Ledger ledger = new();
    readonly Walk walk = new();
    long watchOrder;
    long sessionId;

    /// <summary>A store over its memory.</summary>
    /// <param name="home">The domain that the daemon runs in; its sockets are of this domain.</param>
    /// <param name="privileged">The domain that may do everything.</param>
    internal XenStore(StoreMemory memory, IDomainDoor door, IControlDoor control, IOutbox outbox, ushort home = 0, ushort privileged = 0)
    {
        Memory = memory;
        Door = door;
        Control = control;
        Outbox = outbox;
        PrivilegedDomid = privileged;
        Rights = new(memory.Liveness);
        Herald = new(memory.Blocks, Watches, Rights);
        removals = new(memory, (domid, nodes, bytes) => Charge(new(domid, nodes, bytes)));
        Domains = new(this);
        commit = new(this);
        Home = Domains.Known(home);
        Domains.Known(privileged);
        Seed();
    }

    internal StoreMemory Memory { get; }
    internal IDomainDoor Door { get; }
    internal IControlDoor Control { get; }
    internal IOutbox Outbox { get; }
    internal Rights Rights { get; }
    internal Herald Herald { get; }
    internal Domains Domains { get; }
    internal WatchTrie Watches { get; } = new();
    internal Quotas Quotas { get; } = new();
    internal Floor Floor { get; } = new();
    internal Domain Home { get; }
    internal ushort PrivilegedDomid { get; }
    internal int OpenTransactions { get; private set; }
    internal Dictionary<long, Session> Sessions { get; } = [];

    /// <summary>Monotonic milliseconds, told by the shell once a turn.</summary>
    internal long Now { get; set; }

    /// <summary>Nodes whose owner died are given to the privileged domain instead of being removed (--keep-orphans).</summary>
    internal bool KeepsOrphans { get; set; }

    /// <summary>Watches that one socket may have; guests have their quota.</summary>
    internal int MostSocketWatches { get; set; } = 65536;

    /// <summary>Transactions that one socket may have open.</summary>
    internal int MostSocketTransactions { get; set; } = 1024;

    /// <summary>Readable by guests or not: the permissions of @introduceDomain and @releaseDomain.</summary>
    internal SpecialNode[] Specials { get; } =
    [
        new("@introduceDomain", [new(0, Access.None)]),
        new("@releaseDomain", [new(0, Access.None), new(Domid.Any, Access.Read)]),
    ];

    internal SpecialNode? Special(StorePath path)
    {
        foreach (var node in Specials)
            if (path.Bytes.SequenceEqual(node.Name))
                return node;
        return null;
    }

    /// <summary>Gives a special node other permissions, and its owner's account with them.</summary>
    internal void GiveSpecial(SpecialNode special, Permission[] permissions)
    {
        Charge(new(special.Permissions[0].Domid, -1, 0));
        Charge(new(permissions[0].Domid, 1, 0));
        special.Permissions = permissions;
        special.Generation = ++Memory.NodeGeneration;
    }

    /// <summary>A connection begins.</summary>
    internal Session Open(Domain domain, bool isSocket, object? link = null)
    {
        var session = new Session(++sessionId, domain, isSocket || domain.Id == PrivilegedDomid, isSocket, link);
        Sessions.Add(session.Id, session);
        return session;
    }

    /// <summary>A connection is over: its watches and transactions are gone.</summary>
    internal void Close(Session session)
    {
        Reset(session);
        Sessions.Remove(session.Id);
    }

    /// <summary>Drops all watches and transactions of a connection.</summary>
    internal void Reset(Session session)
    {
        foreach (var watch in session.Watches.OrderByDescending(watch => watch.Order)) // the last first: lists shorten from their end
            RemoveWatch(watch);
        foreach (var transaction in session.Transactions)
            Forget(session, transaction);
        session.CloseAll();
        Floor.Ends(session, Now);
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
        Floor.Begins(session, Now);
        Memory.NodeGeneration++;
        var start = Memory.History.Take(Memory.Root);
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
        Floor.Ends(session, Now);
    }

    /// <summary>Ends a transaction; its changes become true if nothing that it read has changed and the quotas admit them.</summary>
    internal XsError Commit(Session session, uint id, Transaction transaction)
    {
        session.Close(id);
        var error = transaction.IsPoisoned ? XsError.ENOMEM : commit.Apply(session, transaction);
        Forget(session, transaction);
        session.Losses = error == XsError.EAGAIN ? session.Losses + 1 : 0;
        Floor.Ends(session, Now);
        return error;
    }

    /// <summary>Sets a limit of all domains, those that are there and those to come.</summary>
    internal void SetQuota(Quota quota, int value)
    {
        Quotas[quota] = value;
        foreach (var domain in Domains.All)
            domain.Limits.Follow(quota, value);
    }

    /// <summary>Whether a client may have this much; a refusal is counted. The privileged have no quotas.</summary>
    internal bool Admits(Session session, Quota quota, long amount)
    {
        if (session.IsPrivileged)
            return true;
        if (!Quotas.Admits(session.Domain, quota, amount))
        {
            Quotas.Refuse(session, session.Domain, quota);
            return false;
        }
        if (quota >= Quota.TransactionNodes)
            session.Domain.Account[quota].Saw(amount); // of these there is no running total
        return true;
    }

    /// <summary>Whether a quota refuses what the ledger says: ENOSPC for nodes, ENOMEM for memory. The privileged have no quotas.</summary>
    internal XsError Refuses(Session session, Ledger ledger)
    {
        if (session.IsPrivileged || FirstRefused(ledger) is not { } refused)
            return XsError.None;
        if (removals.HasWork)
        {
            removals.Settle(); // what was removed makes room only once it is counted
            if (FirstRefused(ledger) is not { } still)
                return XsError.None;
            refused = still;
        }
        Quotas.Refuse(session, refused.Domain, refused.Quota);
        return refused.Quota == Quota.Nodes ? XsError.ENOSPC : XsError.ENOMEM;
    }

    /// <summary>Charges a domain for what its transaction has come to note.</summary>
    internal static void Charge(Session session, Transaction transaction)
    {
        session.Domain.Account.Memory.Add(transaction.Charge - transaction.Charged);
        transaction.Charged = transaction.Charge;
    }

    /// <summary>A change of one request becomes true. The caller has told the watchers already.</summary>
    internal void Accept(Draft draft, Ledger ledger)
    {
        foreach (var entry in ledger.Entries)
            Charge(entry);
        Memory.Keep(draft);
    }

    internal void AcceptRemoval(Draft draft, Ledger ledger, Ref removed, int pathLength)
    {
        CountRemoval(draft, removed, pathLength);
        Accept(draft, ledger);
    }

    /// <summary>A subtree of the true tree is about to be dropped from it, by a draft that is about to be accepted.</summary>
    internal void CountRemoval(Draft draft, Ref removed, int pathLength) => removals.Removed(draft, removed, pathLength);

    /// <summary>Makes the accounts exact, for a report.</summary>
    internal void Settle() => removals.Settle();

    /// <summary>The turn is over: publish, then do some of the work that was put off. Answers whether some is left.</summary>
    internal bool EndTurn(int budget)
    {
        removals.Work(budget);
        Memory.Publish();
        Memory.History.Reclaim(budget);
        return removals.HasWork || Memory.History.HasWork;
    }

    (Domain Domain, Quota Quota)? FirstRefused(Ledger ledger)
    {
        foreach (var entry in ledger.Entries)
        {
            var domain = Domains.Known(entry.Domid);
            if (!Domains.IsLimited(domain))
                continue;
            if (entry.Nodes > 0 && !Quotas.Admits(domain, Quota.Nodes, domain.Account.Nodes.Now + entry.Nodes))
                return (domain, Quota.Nodes);
            if (entry.Bytes > 0 && !Quotas.Admits(domain, Quota.Memory, domain.Account.Memory.Now + entry.Bytes))
                return (domain, Quota.Memory);
        }
        return null;
    }

    void Charge(Ledger.Entry entry)
    {
        var account = Domains.Known(entry.Domid).Account;
        account.Nodes.Add(entry.Nodes);
        account.Memory.Add(entry.Bytes);
    }

    void Forget(Session session, Transaction transaction)
    {
        transaction.IsOver = true;
        Control.Trace("DESTROY transaction", transaction);
        Memory.History.Discard(transaction.Draft);
        Memory.History.Drop(transaction.Start);
        OpenTransactions--;
        session.Domain.Account.Transactions.Add(-1);
        session.Domain.Account.Memory.Add(-transaction.Charged);
    }

    // The nodes that a fresh store has.
    void Seed()
    {
        foreach (var node in Specials)
            node.Permissions[0] = new(PrivilegedDomid, Access.None);
        foreach (var node in new[] { "/tool", "/tool/xenstored" })
        {
            var path = StorePath.Known(System.Text.Encoding.ASCII.GetBytes(node));
            walk.To(Memory.Blocks, Memory.Root, path);
            if (walk.Found)
                continue;
            ledger.Clear();
            var draft = Memory.Begin();
            long generation = Memory.NodeGeneration;
            Edit.Create(draft, walk, path, [new(PrivilegedDomid, Access.None)], default, ref generation, ledger);
            Memory.NodeGeneration = generation;
            Accept(draft, ledger);
        }
        Charge(new(PrivilegedDomid, 1 + Specials.Length, 0));
    }
}
