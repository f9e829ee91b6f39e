using Xen.Hypervisor;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Connections.Transports;
using XenStored.Logs;
using XenStored.Store;

namespace XenStored.Connections;

/// <summary>The connections of domains: their pages and ports, and the changes of domains that the hypervisor reports.</summary>
sealed class DomainConnections : IDomainControl, IReadyHandler
{
    readonly Server server;
    readonly HypervisorInterface hypervisor;
    readonly Dictionary<int, Connection> byPort = [];
    readonly int[] pending = new int[256];
    readonly Dictionary<ushort, ulong> identities = []; // the unique id of the domain that has a domid, because domids are used again
    int virq = -1, masked;
    bool isStarting;
    string? refusal;

    internal DomainConnections(Server server, HypervisorInterface hypervisor)
    {
        this.server = server;
        this.hypervisor = hypervisor;
    }

    /// <summary>The number of connected rings, with the ring of the store's own domain.</summary>
    internal int Count => byPort.Count;

    internal string HypervisorName => hypervisor.Name;

    /// <summary>
    /// Begins to listen to the hypervisor. Connects the ring of the store's own domain, if it has one, and the rings of domains that the
    /// hypervisor made itself.
    /// </summary>
    /// <exception cref="PosixException">The hypervisor refuses. The message says what and why.</exception>
    internal void Start()
    {
        if (hypervisor.EventChannels.Descriptor is not { } descriptor)
            return;
        server.Loop.Watch(descriptor, Readiness.Read, this);
        virq = hypervisor.EventChannels.BindVirq(Virq.DomainException);
        if (virq < 0)
        {
            string? advice = virq == -Errno.EEXIST ? "another xenstored runs; there can be one only" : null;
            throw new PosixException("bind VIRQ_DOM_EXC", -virq, advice);
        }
        LookAtDomains();
        isStarting = true;
        var home = server.Store.Home;
        uint port = hypervisor.HomePort;
        if (port != 0 && server.Store.DomainLife.Introduce(home.Id, port) != XsError.None)
            throw new PosixException($"connect the ring of domain {home.Id}, port {port}", Errno.EINVAL, refusal);
        Greet(home);
        IntroduceMadeBefore();
        isStarting = false;
    }

    // From Xen 4.21 on, domains that the hypervisor made before there was a toolstack (dom0less, Hyperlaunch) may have their port in their
    // page. Nobody has to introduce those. All other domains have no port there and are not introduced here: libxl and init-dom0less do not
    // set up a domain that is introduced already.
    void IntroduceMadeBefore()
    {
        var all = new List<DomainInfo>();
        if (hypervisor.Domains.List(all) is < 0 and var errno)
            StoreLog.NotListed(server.Logger, Errno.Text(-errno));
        foreach (var info in all)
            if ((info.State & DomainState.Dying) == 0 && info.Domid != server.Store.Home.Id && GivenPort(info.Domid) is > 0 and var port
                && server.Store.DomainLife.Introduce(info.Domid, port) == XsError.None)
                Greet(server.Store.Domains.Known(info.Domid));
    }

    uint GivenPort(ushort domid)
    {
        using var page = hypervisor.GuestMemory.MapStorePage(domid, out _); // many domains grant none
        return page is null ? 0 : new StorePage(page.Bytes).GivenPort;
    }

    // A domain that ran before the store takes the first notification as the sign that a store runs. Its earlier requests are in its ring.
    void Greet(Domain domain)
    {
        if (Connection.Of(domain.Session) is not { Transport: RingTransport ring } connection)
            return;
        hypervisor.EventChannels.Notify(ring.Port);
        server.Scheduler.Wake(connection);
    }

    /// <summary>Ports are pending.</summary>
    public void Ready(Readiness readiness)
    {
        int count = hypervisor.EventChannels.ReadPending(pending);
        if (count < 0)
        {
            if (count != -Errno.EFBIG)
                throw new PosixException("read pending event channels", -count);
            // The kernel's buffer overflowed, so any port may be pending: looks at all of them.
            LookAtDomains();
            foreach (var connection in byPort.Values)
                server.Scheduler.Wake(connection);
            hypervisor.EventChannels.Unmask([virq, .. byPort.Keys]);
            return;
        }
        masked = count;
        foreach (int port in pending.AsSpan(0, count))
        {
            if (port == virq)
                LookAtDomains();
            else if (byPort.TryGetValue(port, out var connection))
                server.Scheduler.Wake(connection);
        }
    }

    /// <summary>
    /// Unmasks the ports of this iteration. The hypervisor remembers notifications from the time before. Call this after the guests got
    /// their replies, because a reply should not wait for it.
    /// </summary>
    internal void Unmask()
    {
        if (masked == 0)
            return;
        hypervisor.EventChannels.Unmask(pending.AsSpan(0, masked));
        masked = 0;
    }

    /// <inheritdoc/>
    public bool Exists(ushort domid)
    {
        if (!hypervisor.Domains.TryStatus(domid, out var status) || status.State == DomainState.None)
            return false;
        identities.TryAdd(domid, status.UniqueId);
        return true;
    }

    /// <inheritdoc/>
    public bool Connect(Session session, uint port, out XsError error)
    {
        ushort domid = session.Domain.Id;
        var connection = Connection.Of(session);
        GuestPage? page = null;
        bool empties = session.Domain != server.Store.Home;
        uint asked = port;
        if (connection is null)
        {
            page = MapPage(domid, ref port, ref empties, out int errno);
            if (page is null)
                return Refused(session, "map its page", errno, out error);
        }
        else
        {
            byPort.Remove(((RingTransport)connection.Transport).Port);
            ((RingTransport)connection.Transport).Unbind(); // first, because a guest's port can be bound to only one of ours
        }
        int local = hypervisor.EventChannels.BindInterdomain(domid, port);
        if (local < 0 && port != asked)
            local = hypervisor.EventChannels.BindInterdomain(domid, port = asked); // a guest may write any port into its page
        if (local < 0)
        {
            page?.Dispose();
            return Refused(session, $"bind port {port}", -local, out error);
        }
        if (connection is null)
            connection = Begin(session, page!, local);
        else
            ((RingTransport)connection.Transport).Bind(local);
        byPort[local] = connection;
        connection.Reopen();
        ((RingTransport)connection.Transport).Connect(session.Domain.Features, empties);
        StoreLog.Introduced(server.Logger, domid, port);
        error = XsError.None;
        return true;
    }

    // Maps the page of a domain that is not connected yet. If the page has the domain's port, that port counts.
    GuestPage? MapPage(ushort domid, ref uint port, ref bool empties, out int errno)
    {
        var page = hypervisor.GuestMemory.MapStorePage(domid, out errno);
        if (page is null)
            return null;
        if (new StorePage(page.Bytes).GivenPort is > 0 and var given)
            port = given;
        empties &= !isStarting || new StorePage(page.Bytes).WantsReconnection; // a domain that runs already may wait for a reply
        return page;
    }

    Connection Begin(Session session, GuestPage page, int local)
    {
        var connection = new Connection(server, new RingTransport(page, hypervisor.EventChannels, local, server.Loop), session);
        server.Trace.Object("CREATE connection", connection);
        if (hypervisor.Domains.TryStatus(session.Domain.Id, out var status))
            identities[session.Domain.Id] = status.UniqueId;
        return connection;
    }

    /// <inheritdoc/>
    public void Disconnect(Session session)
    {
        if (Connection.Of(session) is not { } connection)
            return;
        identities.Remove(session.Domain.Id);
        byPort.Remove(((RingTransport)connection.Transport).Port);
        server.Close(connection);
        StoreLog.Gone(server.Logger, session.Domain.Id);
    }

    // Fires watches as C xenstored does. Each death fires all watches of @releaseDomain. Each shutdown fires at once those that get the
    // domain's id. The others fire once at the end for all shutdowns, unless a death came after the last shutdown.
    void LookAtDomains()
    {
        bool owesPlain = false; // the watches that do not get a domain's id must still fire
        if (hypervisor.Domains.TellsChanges)
            while (hypervisor.Domains.TryNextChanged(out ushort domid, out var status))
            {
                if (server.Store.Domains.Find(domid) is { } domain)
                    LookAt(domain, status, ref owesPlain);
                else
                    identities.Remove(domid); // the store does not know this domain; it will ask for its unique id when it meets it
            }
        else
            foreach (var domain in server.Store.Domains.All.ToArray())
                if (hypervisor.Domains.TryStatus(domain.Id, out var status))
                    LookAt(domain, status, ref owesPlain);
        if (owesPlain)
            server.Store.DomainLife.TellRelease();
    }

    // If another domain has the domid by now, the domain is gone as well.
    void LookAt(Domain domain, DomainStatus status, ref bool owesPlain)
    {
        if (domain == server.Store.Home || domain.Id == server.Store.PrivilegedDomid)
            return;
        bool isAnother = identities.TryGetValue(domain.Id, out ulong identity) && identity != status.UniqueId;
        if (status.State == DomainState.None || (status.State & DomainState.Dying) != 0 || isAnother)
        {
            identities.Remove(domain.Id);
            owesPlain &= !server.Store.DomainLife.Gone(domain.Id);
        }
        else if ((status.State & DomainState.ShutDown) != 0)
            owesPlain |= server.Store.DomainLife.ShutDown(domain.Id);
    }

    bool Refused(Session session, string what, int errno, out XsError error)
    {
        error = XsErrors.OfErrno(errno);
        refusal = $"{what}: {Errno.Text(errno)}";
        StoreLog.NotIntroduced(server.Logger, session.Domain.Id, refusal);
        return false;
    }
}
