using Xen.Protocol.Wire;
using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Clients.Transacting;
using XenStored.Store;
using XenStored.Surroundings;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Commands.Requests;

/// <summary>What a request may see and do. The same object serves all requests, one after the other.</summary>
sealed class RequestContext(XenStore store, IStatusReport status, ILiveUpdate liveUpdate)
{
    readonly byte[] pathBuffer = new byte[StorePath.BufferSize];
    readonly StoreMemory memory = store.Memory;

    internal XenStore Store { get; } = store;
    internal Domains Domains { get; } = store.Domains;
    internal DomainLife DomainLife { get; } = store.DomainLife;
    internal Accounts Accounts { get; } = store.Accounts;
    internal IDaemonControl Control { get; } = store.Control;
    internal IStatusReport Status { get; } = status;
    internal ILiveUpdate LiveUpdate { get; } = liveUpdate;
    internal Quotas Quotas { get; } = store.Quotas;
    internal Blocks Blocks { get; } = store.Memory.Blocks;
    internal Walk Walk { get; } = new(store.Memory.Blocks);
    internal ReplyBuffer Buffer { get; } = new();
    internal Listings Listings { get; } = new(store.Memory.Blocks);

    internal Session Session { get; private set; } = null!;
    internal MessageHeader Header { get; private set; }

    /// <summary>The transaction that the request belongs to, if any.</summary>
    internal Transaction? Transaction { get; private set; }

    internal void Begin(Session session, MessageHeader header, Transaction? transaction)
    {
        (Session, Header, Transaction) = (session, header, transaction);
        Buffer.Clear();
    }

    /// <summary>Reads a path of the client's. False: it is not valid or too long for the client (EINVAL).</summary>
    internal bool TryPath(ReadOnlySpan<byte> text, out StorePath path) =>
        StorePath.TryParse(text, Session.IsSocket ? Store.Domains.Home.Id : Session.Domain.Id, pathBuffer, out path)
        && Accounts.Admits(Session, Quota.PathMax, path.HomeLength > 0 ? text.Length : path.RelativeLength);

    /// <summary>Reads a path as <see cref="TryPath"/> does, for requests that take no special names.</summary>
    internal bool TryNodePath(ReadOnlySpan<byte> text, out StorePath path) => TryPath(text, out path) && !path.IsSpecial;

    /// <summary>Walks to a path and decides whether the session has the rights that it needs there. Notes that in a transaction.</summary>
    /// <param name="depends">The parts of the node that the reply depends on.</param>
    internal XsError Visit(StorePath path, Access needed, NodeParts depends)
    {
        if (Transaction is not { } transaction)
        {
            Walk.To(memory.Root, path);
            return Store.Rights.Check(Session, Walk, path, needed);
        }
        if (!Accounts.AdmitsNotes(Session, path, Header.Length))
            return Poison(transaction, XsError.ENOMEM); // before anything is noted: else the guest might be unable to end the transaction
        Walk.To(transaction.Draft.Root, path);
        var error = Store.Rights.Check(Session, Walk, path, needed);
        if (!transaction.IsPoisoned && !Session.IsReader) // a transaction that cannot commit changes needs no more notes
            Note(transaction, path, depends);
        return Accounts.AdmitsNodes(Session, transaction) ? error : Poison(transaction, XsError.ENOSPC);
    }

    /// <summary>The node that <see cref="Visit"/> found.</summary>
    internal NodeBlock Node => Walk.Node;

    /// <summary>A node's permissions, without those of domains that died since it was written.</summary>
    internal ReadOnlySpan<Permission> PermissionsOf(scoped in NodeBlock node) => memory.PermissionsOf(node);

    // Returns an error after which the transaction must not commit.
    static XsError Poison(Transaction transaction, XsError error)
    {
        transaction.IsPoisoned = true;
        return error;
    }

    void Note(Transaction transaction, StorePath path, NodeParts depends)
    {
        var parts = Session.IsPrivileged ? NodeParts.None : NodeParts.Permissions; // a guest's rights depend on them
        if (Walk.Found)
        {
            transaction.Read(path.Bytes, NodeParts.Presence | depends | parts);
            return;
        }
        transaction.Read(path.Bytes, NodeParts.Presence);
        if (Session.IsPrivileged)
            return;
        // A guest's error depends on the nearest existing node above, and on the fact that it is the nearest.
        transaction.Read(Walk.FirstMissingPath(path).Bytes, NodeParts.Presence);
        transaction.Read(Walk.DeepestPath(path).Bytes, NodeParts.Presence | NodeParts.Permissions);
    }
}
