using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Clients.Transacting;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Accounting;

/// <summary>
/// Decides whether a client may have more, and charges domains for their nodes. Watches, transactions and queued bytes are counted where
/// they begin and end. Quotas are for guests. The privileged have none, but a socket's watches and transactions have limits of their own,
/// and so have readers.
/// </summary>
sealed class Accounts(StoreMemory memory, Domains domains, Quotas quotas, Readers readers)
{
    readonly Removals removals = new(memory, domains);

    /// <summary>Whether removed nodes are still on the accounts.</summary>
    internal bool HasWork => removals.HasWork;

    /// <summary>Whether a client may have this amount. It counts and logs a refusal.</summary>
    internal bool Admits(Session session, Quota quota, long amount)
    {
        if (session.IsPrivileged || session.IsReader)
            return true;
        if (!session.Domain.Admits(quota, amount))
        {
            Refuse(session, session.Domain, quota);
            return false;
        }
        if (quota >= Quota.TransactionNodes)
            session.Domain.Account[quota].Saw(amount); // these have no running total
        return true;
    }

    /// <summary>Whether a client may begin one more transaction.</summary>
    internal bool AdmitsTransaction(Session session) => session.IsReader
        ? readers.AdmitsTransaction(session)
        : session.IsPrivileged
        ? session.TransactionCount < quotas.SocketTransactions
        : Admits(session, Quota.Transactions, session.TransactionCount + 1);

    /// <summary>Whether a transaction may note another path.</summary>
    /// <param name="payload">Bytes of the request's payload.</param>
    internal bool AdmitsNotes(Session session, StorePath path, uint payload)
    {
        if (session.IsPrivileged)
            return true;
        // In the worst case every name is missing, and each missing name is noted as a path of its own.
        long notes = (long)Transaction.ChargeOf(path.Bytes) * (path.Depth + 2) / 2;
        return Admits(session, Quota.Memory, session.Domain.Account.Memory.Now + payload + notes);
    }

    /// <summary>Whether a transaction may have as many nodes as it has noted.</summary>
    internal bool AdmitsNodes(Session session, Transaction transaction) => Admits(session, Quota.TransactionNodes, transaction.Nodes.Count);

    /// <summary>The error if a client may not have one more watch: ENOSPC for their number, ENOMEM for their bytes.</summary>
    internal XsError RefusesWatch(Session session, ReadOnlySpan<byte> path, ReadOnlySpan<byte> token)
    {
        if (session.IsPrivileged)
            return session.Watches.Count < quotas.SocketWatches ? XsError.None : XsError.ENOSPC;
        if (session.IsReader)
            return readers.RefusesWatch(session, Watch.ChargeOf(path, token));
        var account = session.Domain.Account;
        if (!Admits(session, Quota.Watches, account.Watches.Now + 1))
            return XsError.ENOSPC;
        return Admits(session, Quota.Memory, account.Memory.Now + Watch.ChargeOf(path, token)) ? XsError.None : XsError.ENOMEM;
    }

    /// <summary>Whether each node that a change makes or enlarges is within the quota of a node's size.</summary>
    internal bool AdmitsSizes(Session session, in Change change)
    {
        if (session.IsPrivileged || change.Kind == ChangeKind.Remove)
            return true;
        var node = change.Walk.Node;
        long size = NodeRecord.Size(memory.Blocks, node);
        return change.Kind switch
        {
            ChangeKind.Create => AdmitsSizesOfNew(session, size, change),
            ChangeKind.SetValue => AdmitsSize(session, size + change.Value.Length - node.ValueLength),
            _ => AdmitsSize(session, size + NodeRecord.PermissionBytes(change.Permissions.Length - node.Permissions.Length)),
        };
    }

    /// <summary>The error if a delta goes over a quota: ENOSPC for nodes, ENOMEM for memory. It counts and logs a refusal.</summary>
    internal XsError Refuses(Session session, QuotaDelta delta)
    {
        if (session.IsPrivileged || FirstRefused(delta) is not { } refused)
            return XsError.None;
        if (removals.HasWork)
        {
            removals.Settle(); // removed nodes are on the accounts until they are counted
            if (FirstRefused(delta) is not { } still)
                return XsError.None;
            refused = still;
        }
        Refuse(session, refused.Domain, refused.Quota);
        return refused.Quota == Quota.Nodes ? XsError.ENOSPC : XsError.ENOMEM;
    }

    /// <summary>Charges the owners of nodes for changes.</summary>
    internal void Charge(QuotaDelta delta)
    {
        foreach (var entry in delta.Entries)
            domains.Charge(entry.Domid, entry.Nodes, entry.Bytes);
    }

    /// <summary>Charges a domain for what its transaction has noted since the last time.</summary>
    internal static void Charge(Session session, Transaction transaction)
    {
        session.Domain.Account.Memory.Add(transaction.Charge - transaction.Charged);
        transaction.Charged = transaction.Charge;
    }

    /// <summary>Takes a removed subtree off its owners' accounts. Of a large one, some nodes are counted in each iteration.</summary>
    internal void Removed(Draft kept, Ref before, Ref node, int pathLength) => removals.Removed(kept, before, node, pathLength);

    /// <summary>Counts up to <paramref name="budget"/> more nodes that <see cref="Removed"/> left.</summary>
    internal void CountRemovals(int budget) => removals.Work(budget);

    /// <summary>Counts all removed nodes, so that the accounts are exact.</summary>
    internal void Settle() => removals.Settle();

    // The connection logs it.
    void Refuse(Session session, Domain domain, Quota quota)
    {
        quotas.CountRefusal(quota);
        session.Connection?.Refused(domain, quota);
    }

    bool AdmitsSize(Session session, long bytes) => Admits(session, Quota.NodeSize, bytes);

    // Goes from the top down: each node gets a child's name, and then comes that child.
    bool AdmitsSizesOfNew(Session session, long parent, in Change change)
    {
        for (var missing = change.Missing; ;)
        {
            int slash = missing.IndexOf((byte)'/');
            if (!AdmitsSize(session, parent + (slash < 0 ? missing.Length : slash) + 1))
                return false;
            if (slash < 0)
                return AdmitsSize(session, NodeRecord.SizeOfNew(change.Permissions.Length, change.Value.Length));
            parent = NodeRecord.SizeOfNew(change.Permissions.Length, 0);
            missing = missing[(slash + 1)..];
        }
    }

    (Domain Domain, Quota Quota)? FirstRefused(QuotaDelta delta)
    {
        foreach (var entry in delta.Entries)
        {
            var domain = domains.FindOrAdd(entry.Domid);
            if (!domains.HasQuotas(domain))
                continue;
            if (entry.Nodes > 0 && !domain.Admits(Quota.Nodes, domain.Account.Nodes.Now + entry.Nodes))
                return (domain, Quota.Nodes);
            if (entry.Bytes > 0 && !domain.Admits(Quota.Memory, domain.Account.Memory.Now + entry.Bytes))
                return (domain, Quota.Memory);
        }
        return null;
    }
}
