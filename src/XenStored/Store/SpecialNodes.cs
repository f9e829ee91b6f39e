using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Store.Records;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.Nodes;
using XenStored.Watches;

namespace XenStored.Store;

/// <summary>The special nodes: who owns them, and the events of their watches when a domain comes or goes.</summary>
sealed class SpecialNodes(StoreMemory memory, Domains domains, Rights rights, WatchNotifier notifier)
{
    readonly SpecialNode introduce = new("@introduceDomain", [new(domains.Privileged, Access.None)]);
    readonly SpecialNode release = new("@releaseDomain", [new(domains.Privileged, Access.None), new(Domid.Any, Access.Read)]);
    SpecialNode[]? all;

    /// <summary>@introduceDomain and @releaseDomain, in this order.</summary>
    internal SpecialNode[] All => all ??= [introduce, release];

    /// <summary>One has other permissions since the records were written.</summary>
    internal bool HaveChanged { get; set; } = true;

    /// <summary>The special node of a path; null: there is none.</summary>
    internal SpecialNode? Find(StorePath path)
    {
        foreach (var node in All)
            if (path.Bytes.SequenceEqual(node.Name))
                return node;
        return null;
    }

    /// <summary>Gives a special node other permissions, and charges its new owner instead of the old one.</summary>
    internal void Give(SpecialNode special, Permission[] permissions)
    {
        domains.Charge(special.Permissions[0].Domid, -1, 0);
        domains.Charge(permissions[0].Domid, 1, 0);
        special.Permissions = permissions;
        special.Stamp = memory.NextStamp();
        HaveChanged = true;
    }

    /// <summary>A domain died: gives what it owned to the privileged domain.</summary>
    internal void Inherit(ushort domid)
    {
        foreach (var special in All)
            if (special.Permissions[0].Domid == domid)
                Give(special, [special.Permissions[0] with { Domid = domains.Privileged }, .. special.Permissions[1..]]);
    }

    /// <summary>A domain was introduced. All watches of @introduceDomain fire.</summary>
    internal void NotifyIntroduced(ushort domid) => Notify(introduce, domid);

    /// <summary>An introduced domain is gone. All watches of @releaseDomain fire.</summary>
    internal void NotifyGone(ushort domid) => Notify(release, domid);

    /// <summary>A domain shut down. Those watches of @releaseDomain fire that get its id.</summary>
    internal void NotifyShutDown(ushort domid) =>
        notifier.NotifySpecialOf(release.Name, domid, session => MayHear(session, release));

    /// <summary>Domains shut down. Those watches of @releaseDomain fire that get no id.</summary>
    internal void NotifyShutDowns() => notifier.NotifySpecial(release.Name, session => MayHear(session, release));

    void Notify(SpecialNode special, ushort domid)
    {
        notifier.NotifySpecial(special.Name, session => MayHear(session, special));
        notifier.NotifySpecialOf(special.Name, domid, session => MayHear(session, special));
    }

    bool MayHear(Session session, SpecialNode special) =>
        session.IsPrivileged || session.Reader?.Sees(special.Name) == true
        || ((rights.Of(session, special.Permissions, special.Stamp)
            | rights.Of(session, new NodeBlock(memory.Blocks, memory.Root))) & Access.Read) != 0;
}
