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

/// <summary>The connections of domains: their pages and ports, and what the hypervisor tells of their lives.</summary>
sealed class DomainConnections : IDomainControl, IReadyHandler
{
    readonly Server server;
    readonly HypervisorInterface hypervisor;
    readonly Dictionary<int, Connection> byPort = [];
    readonly int[] pending = new int[256];
    readonly Dictionary<ushort, ulong> identities = []; // which domain had an id when it was first met, for ids are used again
    int virq = -1, masked;
    bool isStarting;
    string? refusal;

    internal DomainConnections(Server server, HypervisorInterface hypervisor)
    {
        this.server = server;
        this.hypervisor = hypervisor;
    }

    /// <summary>Rings that are connected, the store's own domain's included.</summary>
    internal int Count => byPort.Count;

    internal string HypervisorName => hypervisor.Name;

    /// <summary>
    /// Listens to the hypervisor, and connects the store's own domain's ring, if it has one, and the rings of domains that the hypervisor
    /// made itself.
    /// </summary>
    /// <exception cref="PosixException">The hypervisor refuses; the message says what and why.</exception>
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

    // Domains that the hypervisor made before there was a toolstack (dom0less, Hyperlaunch) may have their port in their page (Xen 4.21
    // on): nobody has to introduce those. All others have none there and stay as they are, for whoever introduces them (libxl,
    // init-dom0less) takes a domain that is introduced already for one that is done.
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
        using var page = hypervisor.GuestMemory.MapStorePage(domid, out _); // many a domain grants none
        return page is null ? 0 : new StorePage(page.Bytes).GivenPort;
    }

    // Who was there before the store takes the first event as the word that there is one; what it asked meanwhile is in its ring.
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
            // The kernel could not tell all that was pending: whatever it may have been is looked at.
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
    /// Lets the ports of this iteration become pending again, once their guests were answered: what they announced meanwhile is
    /// remembered by the hypervisor, and an answer should not wait for this.
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
            page = hypervisor.GuestMemory.MapStorePage(domid, out int errno);
            if (page is null)
                return Refused(session, "map its page", errno, out error);
            if (new StorePage(page.Bytes).GivenPort is > 0 and var given)
                port = given;
            empties &= !isStarting || new StorePage(page.Bytes).WantsReconnection; // who runs already may wait for an answer
        }
        else
        {
            byPort.Remove(((RingTransport)connection.Transport).Port);
            ((RingTransport)connection.Transport).Unbind(); // first: a guest's port is bound to one of ours only
        }
        int local = hypervisor.EventChannels.BindInterdomain(domid, port);
        if (local < 0 && port != asked)
            local = hypervisor.EventChannels.BindInterdomain(domid, port = asked); // a guest may write into its page what it likes
        if (local < 0)
        {
            page?.Dispose();
            return Refused(session, $"bind port {port}", -local, out error);
        }
        if (connection is null)
        {
            connection = new(server, new RingTransport(page!, hypervisor.EventChannels, local, server.Loop), session);
            server.Trace.Object("CREATE connection", connection);
            if (hypervisor.Domains.TryStatus(domid, out var status))
                identities[domid] = status.UniqueId;
        }
        else
            ((RingTransport)connection.Transport).Bind(local);
        byPort[local] = connection;
        connection.Reopen();
        ((RingTransport)connection.Transport).Connect(session.Domain.Features, empties);
        StoreLog.Introduced(server.Logger, domid, port);
        error = XsError.None;
        return true;
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

    // As C xenstored has it: of each death all hear; of a shutdown those hear at once who want to know which domain it is, the others at
    // the end, once for all, unless a death came after it.
    void LookAtDomains()
    {
        bool owesPlain = false;
        if (hypervisor.Domains.TellsChanges)
            while (hypervisor.Domains.TryNextChanged(out ushort domid, out var status))
            {
                if (server.Store.Domains.Find(domid) is { } domain)
                    LookAt(domain, status, ref owesPlain);
                else
                    identities.Remove(domid); // whom the store does not know it will meet anew
            }
        else
            foreach (var domain in server.Store.Domains.All.ToArray())
                if (hypervisor.Domains.TryStatus(domain.Id, out var status))
                    LookAt(domain, status, ref owesPlain);
        if (owesPlain)
            server.Store.DomainLife.TellRelease();
    }

    // A domain whose id another one has by now is gone as well.
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
