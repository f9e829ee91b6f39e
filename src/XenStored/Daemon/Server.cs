using Xen.Hypervisor;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;
using XenStored.Connections;
using XenStored.Connections.Rates;
using XenStored.Connections.Sources;
using XenStored.Connections.State;
using XenStored.Handover;
using XenStored.Logs;
using XenStored.Options;
using XenStored.Store;
using XenStored.Tree.Storage;

namespace XenStored.Daemon;

/// <summary>
/// The store and its clients, put together. A part that serves requests is given the whole store, any other the parts of it that it uses.
/// </summary>
sealed class Server : IDisposable
{
    readonly ConnectionRecords records;

    /// <param name="keeper">It holds the sockets of clients; null: nobody does.</param>
    internal Server(EventLoop loop, StoreMemory memory, HypervisorInterface hypervisor, StoreOptions options, Trace trace, ILogger logger,
        Keeper? keeper = null)
    {
        (Loop, Trace) = (loop, trace);
        var (limiter, totals, samples) = (new WriteLimiter(), new Totals(), new PathSamples());
        var identities = new DomainIdentities();
        records = new(memory, new(memory));
        Connections = new(loop, Queues, records, limiter, trace, logger);
        DomainConnections = new(hypervisor, loop, memory, Connections, identities, Queues, records, options.MasterDomid, logger);
        var outbox = new Outbox(loop, Queues, records, trace, options);
        Store = new(memory, DomainConnections, new DaemonControl(loop, trace, logger), outbox, options.MasterDomid, options.PrivilegedDomid)
        {
            Orphans = { AreKept = options.KeepOrphans },
            Quotas = { SocketWatches = options.SocketWatches, SocketTransactions = options.SocketTransactions },
            Readers =
            {
                MostSessions = options.Readers.Connections,
                MostWatches = options.Readers.Watches,
                MostTransactions = options.Readers.Transactions,
            },
        };
        options.Readers.Paths.ForEach(path => Store.Readers.Paths.TryAdd(path));
        foreach (var (quota, value) in options.Quotas)
            if (Store.Quotas.Given[(int)quota] != value)
            {
                Store.Quotas.Given[(int)quota] = value;
                Store.Domains.SetQuota(quota, value);
            }
        Status = new(loop, Store, DomainConnections, totals, samples, hypervisor.Name);
        var gates = new Gates(Store.Transactions, limiter, new(options.Readers.Requests), loop, trace);
        Ends = new(Store.Sessions, Connections, Queues);
        Clients = new(loop, Store, memory, Connections, Queues, records, areKept: keeper is not null);
        LiveUpdate = new(loop, Store, keeper, new(options.SocketPath), logger);
        Inbox = new(Store, new(Store, Status, LiveUpdate), gates, Ends, Queues, trace, totals, samples);
        DomainEvents = new(hypervisor, loop, Store, DomainConnections, identities, Queues, logger);
        Scheduler = new(loop, Store, Queues, Inbox, Ends, gates, outbox, trace, totals);
        loop.LookBeforeSleep(options.PollMicroseconds, DomainEvents);
    }

    internal EventLoop Loop { get; }
    internal Trace Trace { get; }
    internal XenStore Store { get; }
    internal ConnectionTable Connections { get; }
    internal SocketClients Clients { get; }
    internal ConnectionQueues Queues { get; } = new();
    internal ConnectionEnds Ends { get; }
    internal Inbox Inbox { get; }
    internal DomainConnections DomainConnections { get; }
    internal LiveUpdate LiveUpdate { get; }
    internal DomainEvents DomainEvents { get; }
    internal Scheduler Scheduler { get; }

    /// <summary>
    /// Goes on with what an earlier process served, if there was one, and begins to listen to the hypervisor. First come the clients on the
    /// socket, because what became of domains in between is told to them.
    /// </summary>
    /// <param name="clients">The sockets of clients that a keeper held.</param>
    /// <param name="readers">Those of clients of the read-only socket.</param>
    internal void Start(IReadOnlyList<FileDescriptor> clients, IReadOnlyList<FileDescriptor> readers)
    {
        var accepted = Clients.GoOn(clients, readers);
        DomainEvents.Start();
        accepted.Clients.ForEach(client => Clients.Open(client));
        accepted.Readers.ForEach(client => Clients.OpenReader(client, UnixSocket.Peer(client).Uid));
        if (!Store.Memory.IsReopened)
            return;
        records.RemoveOthers();
        Store.Sessions.DropOtherLogs();
    }

    /// <summary>Takes over what another xenstored had, before <see cref="Start"/>.</summary>
    internal StateImport Import(bool handsOver, ILogger logger) => new(Store, Clients, DomainConnections, Queues, handsOver, logger);

    internal StatusReport Status { get; }

    /// <summary>Closes the store's file. What was published stays in it.</summary>
    public void Dispose() => Store.Memory.Dispose();
}
