using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Surroundings;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Watches;

/// <summary>
/// Sends events to watchers of changes. The events of one change are sent in the order of the connections, and for one connection in the
/// order of its watches. A connection gets an event only if it may read the node or its parent, before or after the change.
/// </summary>
sealed class WatchNotifier(Blocks blocks, WatchTrie watches, Rights rights, IOutbox outbox)
{
    static readonly Comparison<Watch> InOrder = (a, b) =>
        a.Session.Id != b.Session.Id ? a.Session.Id.CompareTo(b.Session.Id) : a.Order.CompareTo(b.Order);

    readonly List<Watch> firing = [];
    readonly byte[] payload = new byte[WireLimits.Payload];
    readonly Walk walk = new(blocks);

    /// <summary>
    /// One change was kept. For a removal, watches of exactly a removed node below fire first, children before their parents. Then watches
    /// of the node itself fire, as for any other change.
    /// </summary>
    /// <param name="before">The root before the change.</param>
    /// <param name="after">The root after the change.</param>
    /// <param name="cause">The connection whose request it was; null for a change of the store's own.</param>
    internal void Notify(in Change change, Ref before, Ref after, Session? cause)
    {
        if (watches.Count == 0)
            return;
        if (change.Kind == ChangeKind.Remove)
            NotifyBelow(change.Path, before, after, cause, parentsFirst: false);
        NotifyNode(change.Path, before, after, cause);
    }

    /// <summary>A committed transaction changed this node. For a removal, watches fire from the top down.</summary>
    internal void NotifyCommitted(StorePath path, Ref before, Ref after, Session cause)
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
        NotifyNode(path, before, after, cause);
        if (isRemoved)
            NotifyBelow(path, before, after, cause, parentsFirst: true);
    }

    void NotifyNode(StorePath path, Ref before, Ref after, Session? cause)
    {
        firing.Clear();
        watches.Hearing(path.Bytes, firing);
        SendChange(path, before, after, cause);
    }

    void NotifyBelow(StorePath path, Ref before, Ref after, Session? cause, bool parentsFirst)
    {
        if (watches.At(path.Bytes) is not { } branch)
            return;
        walk.To(before, path);
        if (!walk.Found)
            return;
        foreach (var below in WatchedBelow(branch, walk.Deepest, path.Bytes.ToArray(), parentsFirst))
        {
            firing.Clear();
            firing.AddRange(below.Branch.Watches);
            SendChange(StorePath.Trusted(below.Path), before, after, cause);
        }
    }

    /// <summary>A domain came or went. Watches of the special name without a depth fire; they do not get the domain's id.</summary>
    internal void NotifySpecial(ReadOnlySpan<byte> name, Predicate<Session> mayHear)
    {
        firing.Clear();
        firing.AddRange(watches.At(name)?.Watches ?? []);
        firing.RemoveAll(watch => watch.Depth >= 1);
        Send(name, mayHear);
    }

    /// <summary>
    /// A domain came or went. Watches of the special name with a depth, and watches of the name with the domain's id, fire; they get the
    /// domain's id.
    /// </summary>
    internal void NotifySpecialOf(ReadOnlySpan<byte> name, ushort domid, Predicate<Session> mayHear)
    {
        Span<byte> path = stackalloc byte[name.Length + 6];
        name.CopyTo(path);
        path[name.Length] = (byte)'/';
        domid.TryFormat(path[(name.Length + 1)..], out int digits);
        path = path[..(name.Length + 1 + digits)];
        firing.Clear();
        firing.AddRange(watches.At(name)?.Watches ?? []);
        firing.RemoveAll(watch => watch.Depth is null or < 1);
        firing.AddRange(watches.At(path)?.Watches ?? []);
        Send(path, mayHear);
    }

    void Send(ReadOnlySpan<byte> path, Predicate<Session> mayHear)
    {
        firing.Sort(InOrder);
        foreach (var watch in firing)
            if (mayHear(watch.Session))
                Send(watch, path, merges: false, null);
    }

    /// <summary>Sends the first event of a watch: its own path, whether a node exists there or not.</summary>
    internal void NotifyFirst(Watch watch) => Send(watch, watch.Path, merges: true, null);

    void SendChange(StorePath path, Ref before, Ref after, Session? cause)
    {
        if (firing.Count > 1)
            firing.Sort(InOrder);
        Session? last = null;
        bool mayHear = false;
        bool? mayReadersHear = null; // all of them or none: asked once, or each connection of a reader would cost each write
        foreach (var watch in firing)
        {
            if (watch.Session.IsReader)
                mayHear = mayReadersHear ??= MayHear(watch.Session, path, before, after);
            else if (watch.Session != last)
                mayHear = MayHear(watch.Session, path, before, after);
            last = watch.Session;
            if (mayHear)
                Send(watch, path.Bytes, merges: true, cause);
        }
    }

    bool MayHear(Session session, StorePath path, Ref before, Ref after) =>
        session.IsPrivileged || MayRead(session, path, after) || MayRead(session, path, before)
        || session.Reader is { } reader && (reader.Sees(path.Bytes) || reader.Sees(path.Parent.Bytes));

    // Whether a session may read the node itself or its parent.
    bool MayRead(Session session, StorePath path, Ref root)
    {
        walk.To(root, path);
        if (walk.Found && Reads(walk.Deepest))
            return true;
        int parent = path.Depth; // the number of nodes from the root to the parent
        return parent > 0 && walk.Count >= parent && Reads(walk.Steps[parent - 1].Node);

        bool Reads(Ref node) => (rights.Of(session, new NodeBlock(blocks, node)) & Access.Read) != 0;
    }

    void Send(Watch watch, ReadOnlySpan<byte> path, bool merges, Session? cause)
    {
        path = path[Math.Min(watch.HomeLength, path.Length)..];
        int length = path.Length + watch.Token.Length + 2;
        if (length > payload.Length)
            return; // XSA-324: the client's own token makes the event too long
        path.CopyTo(payload);
        payload[path.Length] = 0;
        watch.Token.CopyTo(payload.AsSpan(path.Length + 1));
        payload[length - 1] = 0;
        outbox.Event(watch.Session, payload.AsSpan(0, length), merges, cause);
    }

    // Goes depth first, in the children's order. It uses a stack of its own, because a guest chooses the depth.
    List<(WatchTrie.WatchNode Branch, byte[] Path)> WatchedBelow(WatchTrie.WatchNode top, Ref node, byte[] path, bool parentsFirst)
    {
        var watched = new List<(WatchTrie.WatchNode, byte[])>();
        var todo = new Stack<(WatchTrie.WatchNode Branch, Ref Node, byte[] Path, bool IsTop)>();
        todo.Push((top, node, path, true));
        while (todo.TryPop(out var item))
        {
            if (!item.IsTop && item.Branch.Watches.Count > 0)
                watched.Add((item.Branch, item.Path));
            var children = WatchedChildren(item.Branch, item.Node);
            if (parentsFirst)
                children.Reverse(); // so that the stack gives the first child first
            foreach (var (branch, child, name) in children)
                todo.Push((branch, child, [.. item.Path, (byte)'/', .. name], false));
        }
        if (!parentsFirst)
            watched.Reverse(); // the list has parents and last children first
        return watched;
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
