using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Connections.State;
using XenStored.Connections.Transports;
using XenStored.Crashes;
using XenStored.Logs;
using XenStored.Surroundings;
using XenStored.Tree.Storage;

namespace XenStored.Connections.Sources;

/// <summary>The connections of domains: their pages and their ports.</summary>
/// <param name="home">The domain that the daemon runs in.</param>
sealed class DomainConnections(
    HypervisorInterface hypervisor, EventLoop loop, StoreMemory memory, ConnectionTable connections, DomainIdentities identities,
    ConnectionQueues queues, ConnectionRecords records, ushort home, ILogger logger)
    : IDomainControl
{
    readonly Dictionary<int, Connection> byPort = [];

    /// <summary>The connections by the local number of their port, with that of the store's own domain.</summary>
    internal IReadOnlyDictionary<int, Connection> ByPort => byPort;

    /// <summary>
    /// While the store starts, a domain that is introduced may run already and have requests in its ring, which are not dropped.
    /// </summary>
    internal bool IsStarting { get; set; }

    /// <summary>Why the last domain that could not be connected could not be.</summary>
    internal string? Refusal { get; private set; }

    /// <inheritdoc/>
    public bool Exists(ushort domid)
    {
        if (!hypervisor.Domains.TryStatus(domid, out var status) || status.State == DomainState.None)
            return false;
        identities.Met(domid, status.UniqueId);
        return true;
    }

    /// <inheritdoc/>
    public bool Connect(Session session, uint port, out XsError error)
    {
        ushort domid = session.Domain.Id;
        var connection = Connection.Of(session);
        GuestPage? page = null;
        bool empties = domid != home;
        uint asked = port;
        if (connection is null)
        {
            page = MapPage(domid, ref port, ref empties, out int errno);
            if (page is null)
                return Refused(domid, "map its page", errno, out error);
        }
        else
        {
            ForgetPort(connection);
            RingOf(connection).Unbind(); // first, because a guest's port can be bound to only one of ours
        }
        int local = hypervisor.EventChannels.BindInterdomain(domid, port);
        if (local < 0 && port != asked)
            local = hypervisor.EventChannels.BindInterdomain(domid, port = asked); // a guest may write any port into its page
        if (local < 0)
        {
            page?.Dispose();
            return Refused(domid, $"bind port {port}", -local, out error);
        }
        if (connection is null)
            connection = Begin(session, page!, local, memory.Slots.Take(new(0, session.Id)));
        else
            RingOf(connection).Bind(local);
        byPort[local] = connection;
        connection.Reopen();
        RingOf(connection).Connect(session.Domain.Features, empties);
        session.Domain.Link = new(port, RingOf(connection).Slot, identities.Of(domid));
        session.Domain.IsIgnored = false;
        queues.FlushAfterIteration(connection); // the page hears of it when the store is published
        StoreLog.Introduced(logger, domid, port);
        error = XsError.None;
        return true;
    }

    /// <inheritdoc/>
    public void Disconnect(Session session)
    {
        if (Connection.Of(session) is not { } connection)
            return;
        identities.Forget(session.Domain.Id);
        ForgetPort(connection);
        connections.Close(connection);
        StoreLog.Gone(logger, session.Domain.Id);
    }

    /// <summary>Wakes a domain that was connected while it ran: notifications from before are lost.</summary>
    internal void Greet(Session session)
    {
        if (Connection.Of(session) is not { } connection)
            return;
        RingOf(connection).Notify();
        queues.Wake(connection);
    }

    /// <summary>
    /// The port in a domain's page, which the hypervisor writes there for domains that it made itself; 0 if there is none.
    /// </summary>
    internal uint GivenPort(ushort domid)
    {
        using var page = hypervisor.GuestMemory.MapStorePage(domid, out _); // many domains grant none
        return page is null ? 0 : new StorePage(page.Bytes).GivenPort;
    }

    // Maps the page of a domain that is not connected yet. If the page has the domain's port, that port counts.
    GuestPage? MapPage(ushort domid, ref uint port, ref bool empties, out int errno)
    {
        var page = hypervisor.GuestMemory.MapStorePage(domid, out errno);
        if (page is null)
            return null;
        if (new StorePage(page.Bytes).GivenPort is > 0 and var given)
            port = given;
        Crash.At(CrashPoint.IntroduceHasPage);
        empties &= !IsStarting || new StorePage(page.Bytes).WantsReconnection; // a domain that runs already may wait for a reply
        return page;
    }

    /// <summary>Goes on with a guest that an earlier process served. Null, and why: it cannot be reached.</summary>
    internal Connection? GoOn(Session session, DomainLink link, out string? reason)
    {
        reason = null;
        ushort domid = session.Domain.Id;
        var page = hypervisor.GuestMemory.MapStorePage(domid, out int errno);
        if (page is null)
        {
            reason = $"map its page: {Errno.Text(errno)}";
            return null;
        }
        int local = hypervisor.EventChannels.BindInterdomain(domid, link.Port);
        if (local < 0)
        {
            page.Dispose();
            reason = $"bind port {link.Port}: {Errno.Text(-local)}";
            return null;
        }
        int? slot = link.Slot is { } taken && memory.Slots.TryTake(taken, new(0, session.Id)) ? taken : null;
        var connection = Begin(session, page, local, slot);
        session.Domain.Link = link with { Slot = slot };
        identities.Connected(domid, link.UniqueId);
        byPort[local] = connection;
        RingOf(connection).GoOn(session.Domain.Features);
        if (slot is not null)
            records.Read(connection, RingOf(connection));
        if (session.Domain.IsIgnored)
            connection.Ignore();
        queues.Wake(connection);
        queues.FlushAfterIteration(connection);
        Crash.At(CrashPoint.StartHasRing);
        return connection;
    }

    Connection Begin(Session session, GuestPage page, int local, int? slot)
    {
        var ring = new RingTransport(page, hypervisor.EventChannels, local, loop, new(memory.Slots, slot));
        var connection = connections.Open(ring, session);
        if (hypervisor.Domains.TryStatus(session.Domain.Id, out var status))
            identities.Connected(session.Domain.Id, status.UniqueId);
        return connection;
    }

    void ForgetPort(Connection connection)
    {
        if (RingOf(connection).Port is { } port)
            byPort.Remove(port);
    }

    // Each connection here was begun with a ring.
    static RingTransport RingOf(Connection connection) => (RingTransport)connection.Transport;

    bool Refused(ushort domid, string what, int errno, out XsError error)
    {
        error = XsErrors.OfErrno(errno);
        Refusal = $"{what}: {Errno.Text(errno)}";
        StoreLog.NotIntroduced(logger, domid, Refusal);
        return false;
    }
}
