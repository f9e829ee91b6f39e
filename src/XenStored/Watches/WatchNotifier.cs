using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Tree;
using XenStored.Tree.Storage;

namespace XenStored.Watches;

/// <summary>
/// Tells watchers of changes. Events of one change go out in the order of the connections, for one connection in the order of its
/// watches; only to those who may read the node, before or after, or its parent.
/// </summary>
sealed class WatchNotifier(Blocks blocks, WatchTrie watches, Rights rights, IOutbox outbox)
{
    static readonly Comparison<Watch> InOrder = (a, b) =>
        a.Session.Id != b.Session.Id ? a.Session.Id.CompareTo(b.Session.Id) : a.Order.CompareTo(b.Order);

    readonly List<Watch> hearing = [];
    readonly byte[] payload = new byte[WireLimits.Payload];
    readonly Walk walk = new(blocks);

    /// <summary>
    /// One change was kept. A removal is told to watches of exactly each node below, children before their parents, and then of the node
    /// itself as any other change.
    /// </summary>
    /// <param name="before">The root that was true before the change, and <paramref name="after"/> the one that is true now.</param>
    /// <param name="cause">Whose request it was; null for a change of the store's own.</param>
    internal void Tell(in Change change, Ref before, Ref after, Session? cause)
    {
        if (watches.Count == 0)
            return;
        if (change.Kind == ChangeKind.Remove)
            TellBelow(change.Path, before, after, cause, parentsFirst: false);
        TellNode(change.Path, before, after, cause);
    }

    /// <summary>A transaction was kept that changed this node. What it removed is told from the top down.</summary>
    internal void TellCommitted(StorePath path, Ref before, Ref after, Session cause)
    {
        if (watches.Count == 0)
            return;
        walk.To(after, path);
        bool isRemoved = !walk.Found;
        if (isRemoved)
        {
            walk.To(before, path);
            if (!walk.Found)
                return; // created and removed in the same transaction: no event
        }
        TellNode(path, before, after, cause);
        if (isRemoved)
            TellBelow(path, before, after, cause, parentsFirst: true);
    }

    void TellNode(StorePath path, Ref before, Ref after, Session? cause)
    {
        hearing.Clear();
        watches.Hearing(path.Bytes, hearing);
        SendChange(path, before, after, cause);
    }

    void TellBelow(StorePath path, Ref before, Ref after, Session? cause, bool parentsFirst)
    {
        if (watches.At(path.Bytes) is not { } branch)
            return;
        walk.To(before, path);
        if (!walk.Found)
            return;
        foreach (var below in WatchedBelow(branch, walk.Deepest, path.Bytes.ToArray(), parentsFirst))
        {
            hearing.Clear();
            hearing.AddRange(below.Branch.Watches);
            SendChange(StorePath.Known(below.Path), before, after, cause);
        }
    }

    /// <summary>A domain came or went: watches of the special name hear it, but those with a depth.</summary>
    internal void Special(ReadOnlySpan<byte> name, Predicate<Session> mayHear)
    {
        hearing.Clear();
        hearing.AddRange(watches.At(name)?.Watches ?? []);
        hearing.RemoveAll(watch => watch.Depth >= 1);
        Send(name, mayHear);
    }

    /// <summary>The same for watches of the special name with a depth, and of the domain's own: they hear which domain it is.</summary>
    internal void SpecialOf(ReadOnlySpan<byte> name, ushort domid, Predicate<Session> mayHear)
    {
        Span<byte> path = stackalloc byte[name.Length + 6];
        name.CopyTo(path);
        path[name.Length] = (byte)'/';
        domid.TryFormat(path[(name.Length + 1)..], out int digits);
        path = path[..(name.Length + 1 + digits)];
        hearing.Clear();
        hearing.AddRange(watches.At(name)?.Watches ?? []);
        hearing.RemoveAll(watch => watch.Depth < 1);
        hearing.AddRange(watches.At(path)?.Watches ?? []);
        Send(path, mayHear);
    }

    void Send(ReadOnlySpan<byte> path, Predicate<Session> mayHear)
    {
        hearing.Sort(InOrder);
        foreach (var watch in hearing)
            if (mayHear(watch.Session))
                Send(watch, path, merges: false, null);
    }

    /// <summary>The first event of a watch: its own path, whatever is there.</summary>
    internal void First(Watch watch) => Send(watch, watch.Path, merges: true, null);

    void SendChange(StorePath path, Ref before, Ref after, Session? cause)
    {
        if (hearing.Count > 1)
            hearing.Sort(InOrder);
        Session? last = null;
        bool mayHear = false;
        foreach (var watch in hearing)
        {
            if (watch.Session != last)
                mayHear = MayHear(watch.Session, path, before, after);
            last = watch.Session;
            if (mayHear)
                Send(watch, path.Bytes, merges: true, cause);
        }
    }

    bool MayHear(Session session, StorePath path, Ref before, Ref after) =>
        session.IsPrivileged || MayRead(session, path, after) || MayRead(session, path, before);

    // The node itself or its parent.
    bool MayRead(Session session, StorePath path, Ref root)
    {
        walk.To(root, path);
        if (walk.Found && Reads(walk.Deepest))
            return true;
        int parent = path.Depth; // steps down to the parent, the root counted
        return parent > 0 && walk.Count >= parent && Reads(walk.Steps[parent - 1].Node);

        bool Reads(Ref node) => (rights.Of(session, new NodeBlock(blocks, node)) & Access.Read) != 0;
    }

    void Send(Watch watch, ReadOnlySpan<byte> path, bool merges, Session? cause)
    {
        path = path[Math.Min(watch.HomeLength, path.Length)..];
        int length = path.Length + watch.Token.Length + 2;
        if (length > payload.Length)
            return; // XSA-324: the client's own token made it too long
        path.CopyTo(payload);
        payload[path.Length] = 0;
        watch.Token.CopyTo(payload.AsSpan(path.Length + 1));
        payload[length - 1] = 0;
        outbox.Event(watch.Session, payload.AsSpan(0, length), merges, cause);
    }

    // Depth first, in the children's order; a stack of our own, for a guest chooses the depth.
    List<(WatchTrie.WatchNode Branch, byte[] Path)> WatchedBelow(WatchTrie.WatchNode top, Ref node, byte[] path, bool parentsFirst)
    {
        var told = new List<(WatchTrie.WatchNode, byte[])>();
        var todo = new Stack<(WatchTrie.WatchNode Branch, Ref Node, byte[] Path, bool IsTop)>();
        todo.Push((top, node, path, true));
        while (todo.TryPop(out var item))
        {
            if (!item.IsTop && item.Branch.Watches.Count > 0)
                told.Add((item.Branch, item.Path));
            var children = WatchedChildren(item.Branch, item.Node);
            if (parentsFirst)
                children.Reverse(); // the stack gives the first child first
            foreach (var (branch, child, name) in children)
                todo.Push((branch, child, [.. item.Path, (byte)'/', .. name], false));
        }
        if (!parentsFirst)
            told.Reverse(); // parents and last children first, turned around
        return told;
    }

    List<(WatchTrie.WatchNode Branch, Ref Child, byte[] Name)> WatchedChildren(WatchTrie.WatchNode branch, Ref parent)
    {
        var found = new List<(uint Position, WatchTrie.WatchNode Branch, Ref Child, byte[] Name)>();
        foreach (var (name, below) in branch.Below ?? [])
            if (Children.TryFind(blocks, new NodeBlock(blocks, parent), name, out uint position, out var child))
                found.Add((position, below, child, name));
        found.Sort((a, b) => a.Position.CompareTo(b.Position));
        return found.ConvertAll(item => (item.Branch, item.Child, item.Name));
    }
}
