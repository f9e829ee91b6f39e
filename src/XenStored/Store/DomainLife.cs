using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Crashes;
using XenStored.Surroundings;
using XenStored.Tree.Storage;

namespace XenStored.Store;

/// <summary>Introduces and releases domains for the toolstack, and removes domains that the hypervisor has ended.</summary>
sealed class DomainLife(
    StoreMemory memory, Domains domains, Sessions sessions, SpecialNodes specials, Orphans orphans, RecordWriter records,
    IDomainControl domainControl)
{
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
        var session = domain.Session ?? sessions.Open(domain, isSocket: false);
        if (!domainControl.Connect(session, port, out var error))
        {
            if (isNew)
                sessions.Close(session);
            return error;
        }
        sessions.Reset(session);
        domain.Session = session;
        if (isNew && domid != domains.Privileged)
            specials.NotifyIntroduced(domid);
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
        specials.NotifyShutDown(domid);
        return true;
    }

    /// <summary>Domains have shut down. Fires the watches that do not get a domain's id.</summary>
    internal void TellRelease() => specials.NotifyShutDowns();

    /// <summary>A domain does not exist any more. Removes its connection, its nodes and its permissions.</summary>
    /// <returns>Whether watches were fired: the domain was introduced.</returns>
    internal bool Gone(ushort domid)
    {
        if (domains.Find(domid) is not { } domain)
            return false;
        bool wasIntroduced = domain.IsIntroduced;
        if (domain.Session is { } session)
        {
            sessions.Close(session);
            domainControl.Disconnect(session);
            domain.Session = null;
        }
        domains.ClearTarget(domain); // before the nodes go: its device model must not get events of them by a dead domain's permissions
        orphans.GiveUp(domain);
        specials.Inherit(domid);
        records.Died(domid, memory.Died(domid)); // its permissions on nodes written so far are void
        domains.Forget(domain);
        Crash.At(CrashPoint.DomainIsGone);
        if (wasIntroduced)
            specials.NotifyGone(domid);
        return wasIntroduced;
    }
}
