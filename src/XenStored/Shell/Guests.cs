using System.Runtime.InteropServices;
using Xen.Hypervisor;
using Xen.Loop;
using Xen.Posix;
using Xen.Wire;
using XenStored.Store;

namespace XenStored.Shell;

/// <summary>The connections of domains: their pages and ports, and what the hypervisor tells of their lives.</summary>
sealed class Guests : IDomainDoor, IReadyHandler
{
    readonly Server server;
    readonly Hypervisor hypervisor;
    readonly Dictionary<int, Connection> byPort = [];
    readonly int[] pending = new int[256];
    int virq = -1;

    internal Guests(Server server, Hypervisor hypervisor)
    {
        this.server = server;
        this.hypervisor = hypervisor;
    }

    internal int Count => byPort.Count;

    internal IEnumerable<Connection> Connections => byPort.Values;

    /// <summary>Listens to the hypervisor and connects the store's own domain's ring, if it has one.</summary>
    internal void Start()
    {
        if (hypervisor.EventChannels.Descriptor is not { } descriptor)
            return;
        server.Loop.Watch(descriptor, Readiness.Read, this);
        virq = hypervisor.EventChannels.BindVirq(Virq.DomainException);
        if (virq < 0)
            throw new PosixException("bind VIRQ_DOM_EXC", -virq);
        if (hypervisor.HomePort != 0 && server.Store.Domains.Introduce(server.Store.Home.Id, hypervisor.HomePort) is var error && error != XsError.None)
            throw new PosixException($"connect the ring of domain {server.Store.Home.Id}, port {hypervisor.HomePort}", Errno.EINVAL);
    }

    /// <summary>Ports are pending.</summary>
    public void Ready(Readiness readiness)
    {
        int count = hypervisor.EventChannels.ReadPending(pending);
        foreach (int port in pending.AsSpan(0, count))
        {
            if (port == virq)
                LookAtDomains();
            else if (byPort.TryGetValue(port, out var connection))
                server.Wake(connection);
            hypervisor.EventChannels.Unmask(port);
        }
    }

    /// <inheritdoc/>
    public bool Exists(ushort domid) => hypervisor.Domains.State(domid) != DomainState.None;

    /// <inheritdoc/>
    public bool Connect(Session session, uint port, out XsError error)
    {
        int local = hypervisor.EventChannels.BindInterdomain(session.Domain.Id, port);
        if (local < 0)
            return Refused(session, $"bind port {port}", -local, out error);
        if (session.Link is not Connection connection)
        {
            if (hypervisor.GuestMemory.MapStorePage(session.Domain.Id, out int errno) is not { } page)
            {
                hypervisor.EventChannels.Unbind(local);
                return Refused(session, "map its page", errno, out error);
            }
            connection = new(server, new RingTransport(page, hypervisor.EventChannels, local)) { Session = session };
            session.Link = connection;
            server.Trace.Object("CREATE connection", connection);
        }
        else
        {
            byPort.Remove(((RingTransport)connection.Transport).Port);
            ((RingTransport)connection.Transport).Rebind(local);
        }
        byPort[local] = connection;
        connection.IsIgnored = false;
        connection.Reset();
        ((RingTransport)connection.Transport).Reset(session.Domain.Features);
        StoreLog.Introduced(server.Logger, session.Domain.Id, port);
        error = XsError.None;
        return true;
    }

    /// <inheritdoc/>
    public void Disconnect(Session session)
    {
        if (session.Link is not Connection connection)
            return;
        byPort.Remove(((RingTransport)connection.Transport).Port);
        server.Close(connection);
        StoreLog.Gone(server.Logger, session.Domain.Id);
    }

    // One plain event for all that changed, as C xenstored has it; watches with a depth hear of each.
    void LookAtDomains()
    {
        bool told = false;
        foreach (var domain in server.Store.Domains.All.ToArray())
        {
            if (domain == server.Store.Home || domain.Id == server.Store.PrivilegedDomid)
                continue;
            var state = hypervisor.Domains.State(domain.Id);
            if (state == DomainState.None || (state & DomainState.Dying) != 0)
                told |= server.Store.Domains.Gone(domain.Id, tellsPlain: !told);
            else if ((state & DomainState.ShutDown) != 0)
                told |= server.Store.Domains.ShutDown(domain.Id, tellsPlain: !told);
        }
    }

    bool Refused(Session session, string what, int errno, out XsError error)
    {
        error = errno switch
        {
            Errno.ENOENT => XsError.ENOENT,
            Errno.ENOMEM => XsError.ENOMEM,
            Errno.ENOSPC => XsError.ENOSPC,
            Errno.EPERM => XsError.EPERM,
            Errno.EACCES => XsError.EACCES,
            Errno.EEXIST => XsError.EEXIST,
            _ => XsError.EINVAL,
        };
        StoreLog.NotIntroduced(server.Logger, session.Domain.Id, $"{what}: {Marshal.GetPInvokeErrorMessage(errno)}");
        return false;
    }
}
