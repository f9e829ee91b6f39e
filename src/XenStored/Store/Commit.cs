using Xen.Wire;
using XenStored.State;
using XenStored.State.Memory;

namespace XenStored.Store;

/// <summary>
/// The end of a transaction: is what it read as it was, and if so, its changes made again on the true tree (see <see cref="Transaction"/>
/// for the rule and a worked example).
/// </summary>
sealed class Commit(XenStore store)
{
    readonly Ledger ledger = new();
    readonly Walk there = new(), here = new(); // in the transaction's tree, and in the true one or the draft of it

    /// <summary>Makes a transaction's changes true, or says why not. The transaction itself stays as it was.</summary>
    internal XsError Apply(Session session, Transaction transaction)
    {
        if (transaction.Changes.Count == 0)
            return XsError.None; // as if it had run alone when it began
        if (store.Memory.Root != transaction.Start.Root && FirstDisturbed(transaction) is { } rival)
        {
            session.ConflictPath = System.Text.Encoding.ASCII.GetString(rival.Path);
            return XsError.EAGAIN;
        }

        var draft = store.Memory.Begin();
        var removed = new List<(Ref Node, int PathLength)>();
        ledger.Clear();
        long generation = store.Memory.NodeGeneration;
        for (int i = 0; i < transaction.Changes.Count; i++)
            if (!Replay(draft, transaction.Draft, LastOfChain(transaction, ref i), removed, ref generation))
            {
                store.Memory.History.Discard(draft);
                return XsError.ENOMEM;
            }
        if (!session.IsPrivileged)
        {
            foreach (var (node, length) in removed)
                Removals.Count(store.Memory.Blocks, node, length, ledger);
            removed.Clear();
        }
        if (store.Refuses(session, ledger) is var refused && refused != XsError.None)
        {
            store.Memory.History.Discard(draft);
            return refused;
        }

        foreach (var node in transaction.Nodes)
            if (node.Fires)
                Tell(session, node.Path, draft.Root);
        store.Memory.NodeGeneration = generation;
        foreach (var (node, length) in removed)
            store.CountRemoval(draft, node, length);
        store.Accept(draft, ledger);
        return XsError.None;
    }

    void Tell(Session session, byte[] path, Ref after)
    {
        there.To(store.Memory.Blocks, after, StorePath.Known(path));
        if (there.Found)
            store.Herald.Changed(StorePath.Known(path), store.Memory.Root, after, session, store.Outbox);
        else
            TellRemoved(session, path, after);
    }

    // A node that the transaction made and removed again never was.
    void TellRemoved(Session session, byte[] path, Ref after)
    {
        there.To(store.Memory.Blocks, store.Memory.Root, StorePath.Known(path));
        if (there.Found)
            store.Herald.Removed(StorePath.Known(path), store.Memory.Root, after, session, store.Outbox, isInTransaction: true);
    }

    Touched? FirstDisturbed(Transaction transaction)
    {
        foreach (var node in transaction.Nodes)
            if (IsDisturbed(transaction, node))
                return node;
        return null;
    }

    bool IsDisturbed(Transaction transaction, Touched node)
    {
        if (node.Read == Facets.None)
            return false;
        var path = StorePath.Known(node.Path);
        there.To(store.Memory.Blocks, transaction.Start.Root, path);
        here.To(store.Memory.Blocks, store.Memory.Root, path);
        if (there.Found != here.Found)
            return true;
        if (!there.Found || there.Deepest == here.Deepest)
            return false;
        var then = new NodeBlock(store.Memory.Blocks, there.Deepest);
        var now = new NodeBlock(store.Memory.Blocks, here.Deepest);
        if (then.Generation == now.Generation)
            return false;
        return (node.Read & Facets.Generation) != 0
            || (node.Read & Facets.Value) != 0 && !then.Value.SequenceEqual(now.Value)
            || (node.Read & Facets.Permissions) != 0 && !store.Memory.Liveness.Of(then).SequenceEqual(store.Memory.Liveness.Of(now))
            || (node.Read & Facets.Children) != 0 && !SameChildren(then, now);
    }

    bool SameChildren(NodeBlock then, NodeBlock now)
    {
        if (then.ChildCount != now.ChildCount)
            return false;
        uint thenAt = 0, nowAt = 0;
        for (; Children.TryNext(store.Memory.Blocks, then, ref thenAt, out var a) && Children.TryNext(store.Memory.Blocks, now, ref nowAt, out var b); thenAt++, nowAt++)
            if (a != b && !new NodeBlock(store.Memory.Blocks, a).Name.SequenceEqual(new NodeBlock(store.Memory.Blocks, b).Name))
                return false;
        return true;
    }

    // Nodes that were made one below the other, as by one request for a deep path, are made again by one walk: a guest could else make a
    // commit cost the square of the depth. They must be alike but for the last one's value, as one request makes them.
    Transaction.Change LastOfChain(Transaction transaction, ref int i)
    {
        var changes = transaction.Changes;
        int first = i;
        while (i + 1 < changes.Count && changes[i].Kind == Transaction.ChangeKind.Create && changes[i + 1].Kind == Transaction.ChangeKind.Create
            && IsChild(changes[i].Path, changes[i + 1].Path))
            i++;
        if (i == first)
            return changes[i];
        there.To(store.Memory.Blocks, transaction.Draft.Root, StorePath.Known(changes[i].Path));
        var last = new NodeBlock(store.Memory.Blocks, there.Deepest);
        foreach (var step in there.Steps[^(i - first + 1)..^1])
            if (new NodeBlock(store.Memory.Blocks, step.Node) is var node && (node.ValueLength > 0 || !node.Permissions.SequenceEqual(last.Permissions)))
            {
                i = first;
                break;
            }
        return changes[i];
    }

    static bool IsChild(byte[] path, byte[] child) =>
        child.Length > path.Length + 1 && child[path.Length] == '/' && child.AsSpan().StartsWith(path) && child.AsSpan(path.Length + 1).IndexOf((byte)'/') < 0;

    bool Replay(Draft draft, Draft made, Transaction.Change change, List<(Ref, int)> removed, ref long generation)
    {
        var path = StorePath.Known(change.Path);
        var blocks = store.Memory.Blocks;
        here.To(blocks, draft.Root, path);
        if (change.Kind == Transaction.ChangeKind.Remove)
        {
            if (!here.Found)
                return true;
            if (!blocks.Slabs.TryReserve(Tree.RoomNeeded(blocks, here, 0, 0, 0, 0), isRemoval: true))
                return false;
            removed.Add((here.Deepest, path.Bytes.Length));
            Edit.Remove(draft, here, ++generation, ledger);
            return true;
        }

        there.To(blocks, made.Root, path);
        var source = new NodeBlock(blocks, there.Deepest);
        if (!blocks.Slabs.TryReserve(Tree.RoomNeeded(blocks, here, path.Bytes.Length, here.Missing(path).Count((byte)'/') + 1, source.Permissions.Length, source.ValueLength)))
            return false;
        var permissions = StillMeant(source);
        switch (change.Kind)
        {
            case Transaction.ChangeKind.Create:
                Edit.Create(draft, here, path, permissions, source.Value, ref generation, ledger);
                break;
            case Transaction.ChangeKind.SetValue:
                Edit.SetValue(draft, here, source.Value, ++generation, ledger);
                break;
            default:
                Edit.SetPermissions(draft, here, path, permissions, ++generation, ledger);
                break;
        }
        return true;
    }

    // A domain may have died since the transaction named it: its successor must not get what was meant for it.
    ReadOnlySpan<Permission> StillMeant(in NodeBlock node)
    {
        var permissions = store.Memory.Liveness.Of(node);
        if (!store.Memory.Liveness.IsVoid(permissions[0], node.Generation))
            return permissions;
        var orphaned = permissions.ToArray();
        orphaned[0] = orphaned[0] with { Domid = store.PrivilegedDomid };
        return orphaned;
    }
}
