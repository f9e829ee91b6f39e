using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Crashes;
using XenStored.Store.Records;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Watches;

namespace XenStored.Store;

/// <summary>Introduces and releases domains for the toolstack, and removes domains that the hypervisor has ended.</summary>
sealed class DomainLife(XenStore store, StoreMemory memory, IDomainControl domainControl, Rights rights, WatchNotifier notifier)
{
    readonly Domains domains = store.Domains;
    readonly Walk walk = new(memory.Blocks);

    /// <summary>Whether the hypervisor has such a domain.</summary>
    internal bool Exists(ushort domid) => domainControl.Exists(domid);

    /// <summary>
    /// The record of a domain. If the store has none and the hypervisor has the domain, it makes one; else it returns null.
    /// </summary>
    internal Domain? Meet(ushort domid) => domains.Find(domid) ?? (Exists(domid) ? domains.FindOrAdd(domid) : null);

    /// <summary>Connects a domain, or connects it again.</summary>
    internal XsError Introduce(ushort domid, uint port)
    {
        var domain = domains.FindOrAdd(domid);
        bool isNew = domain.Session is null;
        var session = domain.Session ?? store.Sessions.Open(domain, isSocket: false);
        if (!domainControl.Connect(session, port, out var error))
        {
            if (isNew)
                store.Sessions.Close(session);
            return error;
        }
        store.Sessions.Reset(session);
        domain.Session = session;
        if (isNew && domid != store.PrivilegedDomid)
            Notify(store.Specials[0], domid);
        return XsError.None;
    }

    /// <summary>Removes an introduced domain's connection and its nodes, as if the domain had died.</summary>
    /// <returns>EINVAL for the host's own domains, ENOENT for a domain that is not introduced.</returns>
    internal XsError Release(ushort domid)
    {
        if (domains.IsHosts(domid))
            return XsError.EINVAL;
        if (domains.Find(domid) is not { IsIntroduced: true })
            return XsError.ENOENT;
        Gone(domid);
        return XsError.None;
    }

    /// <summary>
    /// A domain stopped running but still exists. Fires the watches that get the domain's id. The caller fires the others by
    /// <see cref="TellRelease"/>.
    /// </summary>
    /// <returns>Whether watches were fired. False: the domain is not introduced, or its shutdown was reported before.</returns>
    internal bool ShutDown(ushort domid)
    {
        if (domains.Find(domid) is not { IsIntroduced: true, IsShutdownReported: false } domain)
            return false;
        domain.IsShutdownReported = true;
        notifier.NotifySpecialOf(store.Specials[1].Name, domid, session => MayHear(session, store.Specials[1]));
        return true;
    }

    /// <summary>Domains have shut down. Fires the watches that do not get a domain's id.</summary>
    internal void TellRelease() => notifier.NotifySpecial(store.Specials[1].Name, session => MayHear(session, store.Specials[1]));

    /// <summary>A domain does not exist any more. Removes its connection, its nodes and its permissions.</summary>
    /// <returns>Whether watches were fired: the domain was introduced.</returns>
    internal bool Gone(ushort domid)
    {
        if (domains.Find(domid) is not { } domain)
            return false;
        bool wasIntroduced = domain.IsIntroduced;
        if (domain.Session is { } session)
        {
            store.Sessions.Close(session);
            domainControl.Disconnect(session);
            domain.Session = null;
        }
        domains.ClearTarget(domain); // before the nodes go: its device model must not get events of them by a dead domain's permissions
        RemoveNodes(domain);
        foreach (var special in store.Specials)
            if (special.Permissions[0].Domid == domid)
                store.GiveSpecial(special, [special.Permissions[0] with { Domid = store.PrivilegedDomid }, .. special.Permissions[1..]]);
        store.Died(domid);
        domains.Forget(domain);
        Crash.At(CrashPoint.DomainIsGone);
        if (wasIntroduced)
            Notify(store.Specials[1], domid);
        return wasIntroduced;
    }

    void Notify(SpecialNode special, ushort domid)
    {
        notifier.NotifySpecial(special.Name, session => MayHear(session, special));
        notifier.NotifySpecialOf(special.Name, domid, session => MayHear(session, special));
    }

    bool MayHear(Session session, SpecialNode special) =>
        session.IsPrivileged || session.Reader?.Sees(special.Name) == true
        || ((rights.Of(session, special.Permissions, special.Stamp)
            | rights.Of(session, new NodeBlock(memory.Blocks, memory.Root))) & Access.Read) != 0;

    void RemoveNodes(Domain domain)
    {
        store.Accounts.Settle();
        if (domain.Account.Nodes.Now == 0)
            return;
        Span<byte> home = stackalloc byte[StorePath.LongestHome];
        home = home[..StorePath.WriteHome(domain.Id, home)];
        var owned = new List<byte[]>();
        long left = domain.Account.Nodes.Now;
        walk.To(memory.Root, StorePath.Trusted(home));
        if (walk.Found)
            left = Owned(domain.Id, walk.Deepest, home, left, owned);
        GiveUp(owned);
        if (left == 0)
            return;
        owned.Clear(); // the domain owns nodes outside its home, which is rare, so a walk over all nodes is acceptable
        Owned(domain.Id, memory.Root, ""u8, left, owned);
        GiveUp(owned);
    }

    void GiveUp(List<byte[]> paths)
    {
        foreach (byte[] bytes in paths)
        {
            var path = StorePath.Trusted(bytes);
            walk.To(memory.Root, path);
            if (!walk.Found)
                continue;
            if (!store.KeepsOrphans && !path.IsRoot)
            {
                store.TryMake(Change.Remove(walk, path), firesWatches: true);
                continue;
            }
            var permissions = memory.PermissionsOf(walk.Node).ToArray();
            permissions[0] = permissions[0] with { Domid = store.PrivilegedDomid };
            store.TryMake(Change.SetPermissions(walk, path, permissions), firesWatches: false);
        }
        store.Accounts.Settle();
    }

    // Adds the paths of the domain's nodes at and below a node. Returns how many of its nodes are still to be found. If orphans are
    // removed, a node below another node of the domain is not added, because it goes with that one.
    long Owned(ushort domid, Ref top, ReadOnlySpan<byte> topPath, long left, List<byte[]> paths)
    {
        var blocks = memory.Blocks;
        var path = new List<byte>(topPath.Length + 64);
        var todo = new Stack<(Ref Node, int ParentLength, bool IsBelowOwned)>();
        var children = new List<Ref>();
        path.AddRange(topPath);
        todo.Push((top, -1, false));
        while (left > 0 && todo.TryPop(out var item))
        {
            var node = new NodeBlock(blocks, item.Node);
            if (item.ParentLength >= 0)
            {
                path.RemoveRange(item.ParentLength, path.Count - item.ParentLength);
                path.Add((byte)'/');
                path.AddRange(node.Name);
            }
            bool isOwned = node.Owner == domid;
            if (isOwned)
            {
                left--;
                if (!item.IsBelowOwned || store.KeepsOrphans)
                    paths.Add(path.Count == 0 ? [(byte)'/'] : [.. path]);
            }
            children.Clear();
            for (uint position = 0; Children.TryNext(blocks, node, ref position, out var child); position++)
                children.Add(child);
            for (int i = children.Count - 1; i >= 0; i--)
                todo.Push((children[i], path.Count, item.IsBelowOwned || isOwned));
        }
        return left;
    }
}
