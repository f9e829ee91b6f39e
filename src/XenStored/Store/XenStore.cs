using Xen.Protocol.Wire;
using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Store.Records;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Watches;

namespace XenStored.Store;

/// <summary>
/// The store: the current tree, the domains and connections that use it, and the rules for changes. It does no I/O and reads no clock.
/// Replies and events go to the outbox. Effects on the hypervisor go through <see cref="IDomainControl"/>.
/// </summary>
sealed class XenStore
{
    readonly WatchNotifier notifier;
    readonly QuotaDelta delta;

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
        Rights = new(memory);
        notifier = new(memory.Blocks, Watches, Rights, outbox);
        delta = new(memory);
        Domains = new(Quotas, home, privileged);
        DomainLife = new(this, memory, domainControl, Rights, notifier);
        Readers = new(Quotas);
        Accounts = new(memory, Domains, Quotas, Readers);
        Transactions = new(this, notifier);
        Sessions = new(this);
        Home = Domains.FindOrAdd(home);
        Domains.FindOrAdd(privileged);
        Records = new(memory);
        RecordWriter = new(this, Records);
        Publisher = new(memory, Accounts, RecordWriter, control);
        if (memory.IsReopened)
            new StoreReopening(this, Records).Run();
        else
            Seed();
    }

    internal StoreMemory Memory { get; }

    /// <summary>What the daemon knows beside the tree and another process needs.</summary>
    internal RecordTree Records { get; }

    internal RecordWriter RecordWriter { get; }

    internal Publisher Publisher { get; }

    internal IDaemonControl Control { get; }
    internal IOutbox Outbox { get; }
    internal Domains Domains { get; }
    internal DomainLife DomainLife { get; }
    internal Accounts Accounts { get; }

    /// <summary>What a session may do with a node.</summary>
    internal Rights Rights { get; }
    internal Transactions Transactions { get; }
    internal WatchTrie Watches { get; } = new();
    internal Quotas Quotas { get; }
    internal Readers Readers { get; }
    internal StarvationGuard StarvationGuard { get; } = new();
    internal Domain Home { get; }
    internal ushort PrivilegedDomid { get; }
    internal Sessions Sessions { get; }

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
        RecordWriter.GlobalsChanged();
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
        RecordWriter.GlobalsChanged();
    }

    /// <summary>A domain died. Its permissions on nodes written so far are void.</summary>
    internal void Died(ushort domid) => RecordWriter.Died(domid, Memory.Died(domid));

    /// <summary>
    /// The one way of a client's change. A refused change changes nothing; in a transaction it also keeps that from committing. Any other
    /// change is made in a draft. Then the draft is kept and the watches fire. A transaction has a draft of its own: the quotas of domains
    /// are checked and watches fire when it commits.
    /// </summary>
    /// <param name="transaction">The transaction that the change belongs to. Null for a change that is kept at once.</param>
    /// <returns>
    /// ENOSPC for a quota of nodes or of a node's size, ENOMEM for one of memory and for a full store, EROFS for a reader.
    /// </returns>
    internal XsError Apply(Session session, Transaction? transaction, in Change change)
    {
        if (session.IsReader)
            return XsError.EROFS; // no request comes so far; but whichever does, a reader changes nothing
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

    // The tree from before can be read until the draft is retired. The watchers' rights and the removed nodes are looked up in it.
    void Keep(Draft draft, Session? cause, in Change change, bool firesWatches = true)
    {
        var removed = change.Walk.Deepest;
        var before = Memory.Accept(draft);
        if (firesWatches)
            notifier.Notify(change, before, Memory.Root, cause);
        if (change.Kind == ChangeKind.Remove)
            Accounts.Removed(draft, before, removed, change.Path.Bytes.Length);
        Accounts.Charge(delta);
        Memory.Retire(draft);
    }

    // The nodes that a fresh store has.
    void Seed()
    {
        foreach (var node in Specials)
            node.Permissions[0] = new(PrivilegedDomid, Access.None);
        var walk = new Walk(Memory.Blocks);
        var path = StorePath.Trusted("/tool/xenstored"u8);
        walk.To(Memory.Root, path);
        if (!walk.Found)
            TryMake(Change.Create(walk, path, [new(PrivilegedDomid, Access.None)], default), firesWatches: false);
        Domains.Charge(PrivilegedDomid, 1 + Specials.Length, 0);
    }
}
