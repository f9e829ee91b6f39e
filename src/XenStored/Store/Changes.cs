using Xen.Protocol.Wire;
using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Clients.Transacting;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Watches;

namespace XenStored.Store;

/// <summary>
/// The one way of a change of the tree. A refused change changes nothing. Any other is made in a draft. Then the draft is kept, which makes
/// it the current tree, and the watches fire.
/// </summary>
sealed class Changes(StoreMemory memory, Accounts accounts, WatchNotifier notifier)
{
    readonly QuotaDelta delta = new(memory);

    /// <summary>
    /// Makes a client's change. A transaction has a draft of its own: the quotas of domains are checked and watches fire when it commits.
    /// A refused change keeps it from committing, because it would have only a part of what its client wanted.
    /// </summary>
    /// <param name="transaction">The transaction that the change belongs to. Null for a change that is kept at once.</param>
    /// <returns>
    /// ENOSPC for a quota of nodes or of a node's size, ENOMEM for one of memory and for a full store, EROFS for a reader.
    /// </returns>
    internal XsError Apply(Session session, Transaction? transaction, in Change change)
    {
        if (session.IsReader)
            return XsError.EROFS; // no request comes so far; but whichever does, a reader changes nothing
        if (Refuses(session, transaction, change) is var refused && refused != XsError.None)
            return refused;
        if (transaction is null)
            MakeAndKeep(change, session, firesWatches: true);
        else
        {
            TreeEdit.Make(transaction.Draft, change);
            transaction.Note(change);
        }
        return XsError.None;
    }

    /// <summary>Makes and keeps a change of the store's own. It checks no quota.</summary>
    /// <param name="firesWatches">Whether watches fire.</param>
    /// <returns>False: the store is full even for a removal, and nothing changed.</returns>
    internal bool TryMake(in Change change, bool firesWatches)
    {
        if (!Capacity.TryReserve(memory.Blocks, change, mayTakeLast: true))
            return false;
        delta.Clear();
        delta.Add(change);
        MakeAndKeep(change, null, firesWatches);
        return true;
    }

    XsError Refuses(Session session, Transaction? transaction, in Change change)
    {
        var error = !accounts.AdmitsSizes(session, change) ? XsError.ENOSPC
            : !Capacity.TryReserve(memory.Blocks, change) ? XsError.ENOMEM
            : XsError.None;
        if (transaction is not null)
        {
            transaction.IsPoisoned |= error != XsError.None;
            return error;
        }
        if (error != XsError.None)
            return error;
        delta.Clear();
        delta.Add(change);
        return accounts.Refuses(session, delta);
    }

    // The tree from before can be read until the draft is retired. The watchers' rights and the removed nodes are looked up in it.
    void MakeAndKeep(in Change change, Session? cause, bool firesWatches)
    {
        var draft = memory.Begin();
        TreeEdit.Make(draft, change);
        var removed = change.Walk.Deepest;
        var before = memory.Accept(draft);
        if (firesWatches)
            notifier.Notify(change, before, memory.Root, cause);
        if (change.Kind == ChangeKind.Remove)
            accounts.Removed(draft, before, removed, change.Path.Bytes.Length);
        accounts.Charge(delta);
        memory.Retire(draft);
    }
}
