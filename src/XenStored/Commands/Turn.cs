using Xen.Wire;
using XenStored.State;
using XenStored.State.Memory;
using XenStored.Store;

namespace XenStored.Commands;

/// <summary>What one request may see and do. There is one, used again for each request: the core serves one at a time.</summary>
sealed class Turn(XenStore store)
{
    readonly byte[] pathBuffer = new byte[StorePath.BufferSize];

    internal XenStore Store { get; } = store;
    internal Blocks Blocks { get; } = store.Memory.Blocks;
    internal Walk Walk { get; } = new();
    internal ReplyBuffer Buffer { get; } = new();
    internal Ledger Ledger { get; } = new();
    internal Listings Listings { get; } = new(store.Memory.Blocks);

    internal Session Session { get; private set; } = null!;
    internal MessageHeader Header { get; private set; }

    /// <summary>The transaction that the request belongs to.</summary>
    internal Transaction? Transaction { get; private set; }

    /// <summary>A watch whose first event follows the reply.</summary>
    internal Watch? FirstEvent { get; set; }

    internal Quotas Quotas => Store.Quotas;

    /// <summary>The tree that the request sees.</summary>
    internal Ref Root => Transaction?.Draft.Root ?? Store.Memory.Root;

    internal void Begin(Session session, MessageHeader header, Transaction? transaction)
    {
        (Session, Header, Transaction, FirstEvent) = (session, header, transaction, null);
        Buffer.Clear();
    }

    /// <summary>Reads a path of the client's; false for one that is not valid for it (EINVAL).</summary>
    internal bool TryPath(ReadOnlySpan<byte> text, out StorePath path) =>
        StorePath.TryParse(text, Session.Domain.Id, pathBuffer, out path)
        && Store.Admits(Session, Quota.PathMax, path.HomeLength > 0 ? text.Length : path.RelativeLength);

    /// <summary>The same for requests that know no special names.</summary>
    internal bool TryNodePath(ReadOnlySpan<byte> text, out StorePath path) => TryPath(text, out path) && !path.IsSpecial;

    /// <summary>Walks to a path and decides whether the session may do what it asks there.</summary>
    /// <param name="depends">The parts of the node that the answer depends on.</param>
    internal XsError Visit(StorePath path, Access needed, Facets depends)
    {
        if (Transaction is not null && !Session.IsPrivileged && !AdmitsMemory(path))
            return Poison(XsError.ENOMEM); // before anything is noted, or the guest could not even end the transaction
        Walk.To(Blocks, Root, path);
        var error = Store.Rights.Check(Session, Blocks, Walk, needed);
        if (Transaction is not null)
            Note(path, depends);
        return Transaction is not null && !Session.IsPrivileged && !AdmitsTransaction() ? Poison(XsError.ENOSPC) : error;
    }

    /// <summary>The node that <see cref="Visit"/> found.</summary>
    internal NodeBlock Node => new(Blocks, Walk.Deepest);

    /// <summary>The stamps that the next change takes.</summary>
    internal long NextGeneration() => ++Store.Memory.NodeGeneration;

    /// <summary>Makes sure that a change along the walk finds room.</summary>
    internal bool HasRoom(int missingBytes = 0, int missingNodes = 0, int permissions = 0, int payload = 0, bool isRemoval = false) =>
        Blocks.Slabs.TryReserve(Tree.RoomNeeded(Blocks, Walk, missingBytes, missingNodes, permissions, payload), isRemoval);

    /// <summary>An error after which a transaction must not commit.</summary>
    internal XsError Poison(XsError error)
    {
        if (Transaction is not null)
            Transaction.IsPoisoned = true;
        return error;
    }

    /// <summary>Whether the node's record may be this large.</summary>
    internal bool AdmitsSize(long bytes) => Store.Admits(Session, Quota.NodeSize, bytes);

    // What one more request may add at most to what the transaction is charged: each missing name is a path of its own.
    bool AdmitsMemory(StorePath path) => Store.Admits(Session, Quota.Memory,
        Session.Domain.Account.Memory.Now + Header.Length + (long)(path.Bytes.Length + Tree.RecordHead) * (path.Depth + 2) / 2);

    bool AdmitsTransaction() => Store.Admits(Session, Quota.TransactionNodes, Transaction!.Nodes.Count);

    void Note(StorePath path, Facets depends)
    {
        var facets = Session.IsPrivileged ? Facets.None : Facets.Permissions; // whose rights were looked at
        if (Walk.Found)
        {
            Transaction!.Read(path.Bytes, Facets.Presence | depends | facets);
            return;
        }
        Transaction!.Read(path.Bytes, Facets.Presence);
        if (Session.IsPrivileged)
            return;
        // Which error a guest is told depends on the nearest node above, and on that being the nearest.
        Transaction.Read(Walk.FirstMissingPath(path).Bytes, Facets.Presence);
        Transaction.Read(Walk.DeepestPath(path).Bytes, Facets.Presence | Facets.Permissions);
    }
}
