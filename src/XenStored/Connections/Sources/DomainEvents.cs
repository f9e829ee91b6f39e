using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Connections.State;
using XenStored.Crashes;
using XenStored.Logs;
using XenStored.Store;

namespace XenStored.Connections.Sources;

/// <summary>What the hypervisor reports: notifications of guests, and domains that shut down or ended.</summary>
sealed class DomainEvents(
    HypervisorInterface hypervisor, EventLoop loop, XenStore store, DomainConnections connections, DomainIdentities identities,
    ConnectionQueues queues, ILogger logger) : IReadyHandler, IPolled
{
    readonly int[] pending = new int[256]; // first the guests' ports that are masked
    int? virq; // the port of the hypervisor's interrupt; null while there is none
    int masked;

    /// <summary>
    /// Begins to listen to the hypervisor. Connects the ring of the store's own domain, if it has one, and the rings of domains that the
    /// hypervisor made itself.
    /// </summary>
    /// <exception cref="PosixException">The hypervisor refuses. The message says what and why.</exception>
    internal void Start()
    {
        if (hypervisor.EventChannels.Descriptor is not { } descriptor)
            return;
        loop.Watch(descriptor, Readiness.Read, this);
        int bound = hypervisor.EventChannels.BindVirq(Virq.DomainException);
        if (bound < 0)
        {
            string? advice = bound == -Errno.EEXIST ? "another xenstored runs; there can be one only" : null;
            throw new PosixException("bind VIRQ_DOM_EXC", -bound, advice);
        }
        virq = bound;
        if (store.Memory.IsReopened)
            GoOn();
        AskOfAll();
        LookAtDomains();
        connections.IsStarting = true;
        var home = store.Domains.Home;
        uint port = hypervisor.HomePort;
        if (port != 0 && Connection.Of(home.Session) is null && store.DomainLife.Introduce(home.Id, port) != XsError.None)
            throw new PosixException($"connect the ring of domain {home.Id}, port {port}", Errno.EINVAL, connections.Refusal);
        Greet(home);
        IntroduceMadeBefore();
        connections.IsStarting = false;
        Crash.At(CrashPoint.StartHasDomains);
    }

    /// <summary>Ports are pending.</summary>
    public void Ready(Readiness readiness)
    {
        if (masked > pending.Length / 2)
            Rest();
        int count = hypervisor.EventChannels.ReadPending(pending.AsSpan(masked));
        if (count < 0)
        {
            if (count != -Errno.EFBIG)
                throw new PosixException("read pending event channels", -count);
            // The kernel's buffer overflowed, so any port may be pending: looks at all of them.
            LookAtDomains();
            foreach (var connection in connections.ByPort.Values)
                queues.Wake(connection);
            hypervisor.EventChannels.Unmask(virq is { } own ? [own, .. connections.ByPort.Keys] : [.. connections.ByPort.Keys]);
            masked = 0;
            return;
        }
        foreach (int port in pending.AsSpan(masked, count))
            Pending(port);
    }

    void Pending(int port)
    {
        if (port == virq)
        {
            LookAtDomains();
            hypervisor.EventChannels.Unmask([port]); // at once: guests that are served without a sleep keep other ports masked for long
            return;
        }
        pending[masked++] = port;
        if (connections.ByPort.TryGetValue(port, out var connection))
            queues.Wake(connection);
    }

    /// <summary>Looks at the rings whose ports are masked: those of guests that have notified since the loop was about to sleep.</summary>
    public bool Look()
    {
        bool any = false;
        foreach (int port in pending.AsSpan(0, masked))
            if (connections.ByPort.TryGetValue(port, out var connection) && HasNews(connection))
            {
                queues.Wake(connection);
                any = true;
            }
        return any;
    }

    /// <summary>
    /// Unmasks the ports. The hypervisor remembers notifications from the time before. This comes after the guests got their replies,
    /// because a reply should not wait for it.
    /// </summary>
    public bool Rest()
    {
        if (masked > 0)
            hypervisor.EventChannels.Unmask(pending.AsSpan(0, masked));
        masked = 0;
        return false;
    }

    // All for which a guest notifies. But what a guest wants that may not be served now is no news, however often it is looked at.
    bool HasNews(Connection connection)
    {
        var transport = connection.Transport;
        bool mayBeServed = connection.State == ConnectionState.Open && !queues.Held.Has(connection) && !queues.Deferred.Has(connection);
        return transport.HasMore && mayBeServed || transport.HasSpace && !connection.Out.IsEmpty
            || transport.WantsReconnection && !queues.Deferred.Has(connection);
    }

    // Goes on with the guests of an earlier process. What became of them in between is asked after it, because the hypervisor reports a
    // change only once. A guest that cannot be reached keeps its nodes: an administrator sees why, and can introduce it again.
    void GoOn()
    {
        foreach (var domain in store.Domains.All.ToArray())
        {
            if (domain is not { Session: { } session, Link: { } link } || connections.GoOn(session, link, out string? reason) is not null)
                continue;
            if (connections.Exists(domain.Id))
                StoreLog.NotIntroduced(logger, domain.Id, reason!);
        }
    }

    // What became of the domains that the store knows by now from an earlier process or from another xenstored.
    void AskOfAll()
    {
        bool owesPlain = false;
        foreach (var domain in store.Domains.All.ToArray())
            if (hypervisor.Domains.TryStatus(domain.Id, out var status))
                LookAt(domain, status, ref owesPlain);
        if (owesPlain)
            store.DomainLife.TellRelease();
    }

    // From Xen 4.21 on, domains that the hypervisor made before there was a toolstack (dom0less, Hyperlaunch) may have their port in their
    // page. Nobody has to introduce those. All other domains have no port there and are not introduced here: libxl and init-dom0less do not
    // set up a domain that is introduced already.
    void IntroduceMadeBefore()
    {
        var all = new List<DomainInfo>();
        if (hypervisor.Domains.List(all) is < 0 and var errno)
            StoreLog.NotListed(logger, Errno.Text(-errno));
        foreach (var info in all)
            if ((info.State & DomainState.Dying) == 0 && info.Domid != store.Domains.Home.Id
                && connections.GivenPort(info.Domid) is > 0 and var port
                && store.DomainLife.Introduce(info.Domid, port) == XsError.None)
                Greet(store.Domains.FindOrAdd(info.Domid));
    }

    // A domain that ran before the store takes the first notification as the sign that a store runs. Its earlier requests are in its ring.
    void Greet(Domain domain)
    {
        if (domain.Session is { } session)
            connections.Greet(session);
    }

    /// <summary>Ends listening to the hypervisor's interrupt, so that another program can.</summary>
    internal void Leave()
    {
        if (virq is { } bound)
            hypervisor.EventChannels.Unbind(bound);
        virq = null;
    }

    // Fires watches as C xenstored does. Each death fires all watches of @releaseDomain. Each shutdown fires at once those that get the
    // domain's id. The others fire once at the end for all shutdowns, unless a death came after the last shutdown.
    void LookAtDomains()
    {
        bool owesPlain = false; // the watches that do not get a domain's id must still fire
        if (hypervisor.Domains.TellsChanges)
            while (hypervisor.Domains.TryNextChanged(out ushort domid, out var status))
            {
                if (store.Domains.Find(domid) is { } domain)
                    LookAt(domain, status, ref owesPlain);
                else
                    identities.Forget(domid); // the store does not know this domain; it will ask for its unique id when it meets it
            }
        else
            foreach (var domain in store.Domains.All.ToArray())
                if (hypervisor.Domains.TryStatus(domain.Id, out var status))
                    LookAt(domain, status, ref owesPlain);
        if (owesPlain)
            store.DomainLife.TellRelease();
    }

    // If another domain has the domid by now, the domain is gone as well.
    void LookAt(Domain domain, DomainStatus status, ref bool owesPlain)
    {
        if (store.Domains.IsHosts(domain.Id))
            return;
        bool isGone = status.State == DomainState.None || (status.State & DomainState.Dying) != 0;
        if (isGone || identities.IsAnother(domain.Id, status.UniqueId))
        {
            identities.Forget(domain.Id);
            owesPlain &= !store.DomainLife.Gone(domain.Id);
        }
        else if ((status.State & DomainState.ShutDown) != 0)
            owesPlain |= store.DomainLife.ShutDown(domain.Id);
    }
}
