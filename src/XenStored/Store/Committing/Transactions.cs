using Xen.Protocol.Wire;
using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Clients.Transacting;
using XenStored.Surroundings;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Watches;

namespace XenStored.Store.Committing;

/// <summary>Begins and ends transactions.</summary>
/// <param name="records">Have what another process needs to go on with them.</param>
/// <param name="heir">The privileged domain: see <see cref="Replay"/>.</param>
sealed class Transactions(
    StoreMemory memory, RecordTree records, Accounts accounts, WatchNotifier notifier, StarvationGuard guard, StoreClock clock,
    IDaemonControl control, ushort heir)
{
    readonly Conflicts conflicts = new(memory);
    readonly Replay replay = new(memory, heir);
    readonly QuotaDelta delta = new(memory);

    /// <summary>The number of those that are open and may change something: those of readers do not count.</summary>
    internal int Open { get; private set; }

    /// <summary>New ones are to wait, because an update waits until none is open.</summary>
    internal bool AreDelayed { get; set; }

    /// <summary>Begins one, and returns its number.</summary>
    internal uint Begin(Session session)
    {
        uint id = session.Open(New(session, isLost: false));
        if (!session.IsSocket || session.IsKept)
            (session.Log ??= new(memory, records, session.Id)).Begin(id);
        return id;
    }

    /// <summary>
    /// Begins a transaction that a client had in an earlier process. Its requests are to be made again, and to have the same replies,
    /// unless it is lost at once.
    /// </summary>
    internal Transaction BeginAgain(Session session, uint id)
    {
        var transaction = New(session, isLost: session.Log?.Has(id) is not true);
        session.OpenAgain(id, transaction);
        return transaction;
    }

    /// <summary>A transaction of an earlier process cannot go on: see <see cref="Transaction.IsLost"/>.</summary>
    internal Transaction Lose(Session session, uint id, Transaction transaction)
    {
        session.Close(id);
        session.Log?.Lose(id);
        Forget(session, transaction);
        return BeginAgain(session, id);
    }

    Transaction New(Session session, bool isLost)
    {
        if (guard.Begins(session, clock.Now))
            session.Connection?.HasPriority();
        memory.NextStamp();
        var start = memory.Take();
        Open += session.IsReader ? 0 : 1;
        session.Domain.Account.Transactions.Add(1);
        var transaction = new Transaction(start, memory.BeginPrivate()) { IsLost = isLost };
        control.Begins(transaction);
        return transaction;
    }

    /// <summary>Ends a transaction without its changes.</summary>
    internal void Abort(Session session, uint id, Transaction transaction)
    {
        Close(session, id, transaction);
        session.Losses = 0;
        guard.Ends(session, clock.Now);
    }

    /// <summary>Ends a transaction. If nothing that it read has changed and the quotas admit its changes, they are made.</summary>
    /// <returns>EAGAIN for a conflict, ENOSPC for a quota of nodes, ENOMEM for one of memory, for a full store, and if a change of the
    /// transaction was refused.</returns>
    internal XsError Commit(Session session, uint id, Transaction transaction)
    {
        var error = transaction.IsLost ? XsError.EAGAIN : transaction.IsPoisoned ? XsError.ENOMEM : CommitChanges(session, transaction);
        Close(session, id, transaction);
        if (!transaction.IsLost)
            session.Losses = error == XsError.EAGAIN ? session.Losses + 1 : 0;
        guard.Ends(session, clock.Now);
        return error;
    }

    XsError CommitChanges(Session session, Transaction transaction)
    {
        if (transaction.Changes.Count == 0)
            return XsError.None; // a transaction that only reads counts as run at its start
        if (session.IsReader)
            return XsError.EROFS;
        if (conflicts.FirstDisturbed(transaction) is { } rival)
        {
            session.ConflictPath = System.Text.Encoding.ASCII.GetString(rival.Path);
            return XsError.EAGAIN;
        }
        delta.Clear();
        var draft = memory.Begin();
        var error = !replay.TryMake(draft, transaction, delta) ? XsError.ENOMEM : RefusesCommit(session);
        if (error != XsError.None)
        {
            memory.Discard(draft);
            return error;
        }
        var before = memory.Accept(draft);
        foreach (var node in transaction.Nodes)
            if (node.Fires)
                notifier.NotifyCommitted(StorePath.Trusted(node.Path), before, memory.Root, session);
        if (session.IsPrivileged)
            foreach (var (node, length) in replay.Removed)
                accounts.Removed(draft, before, node, length);
        accounts.Charge(delta);
        memory.Retire(draft);
        return XsError.None;
    }

    // What a guest removes counts against what it makes, so the removed nodes are counted first and completely.
    XsError RefusesCommit(Session session)
    {
        if (session.IsPrivileged)
            return XsError.None;
        foreach (var (node, length) in replay.Removed)
            Removals.Count(memory.Blocks, node, length, delta);
        return accounts.Refuses(session, delta);
    }

    void Close(Session session, uint id, Transaction transaction)
    {
        session.Close(id);
        session.Log?.End(id);
        Forget(session, transaction);
    }

    /// <summary>A connection is over, or begins anew. Drops all of its transactions.</summary>
    internal void ForgetAll(Session session)
    {
        foreach (var transaction in session.Transactions)
            Forget(session, transaction);
        session.CloseAll();
        session.Log?.Remove();
        guard.Ends(session, clock.Now);
    }

    // A transaction is over. Drops all that it has.
    void Forget(Session session, Transaction transaction)
    {
        transaction.IsOver = true;
        control.Ends(transaction);
        memory.Discard(transaction.Draft);
        memory.Drop(transaction.Start);
        Open -= session.IsReader ? 0 : 1;
        session.Domain.Account.Transactions.Add(-1);
        session.Domain.Account.Memory.Add(-transaction.Charged);
    }
}
