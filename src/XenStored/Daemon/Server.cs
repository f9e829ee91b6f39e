using Xen.Hypervisor;
using Xen.Linux.Loop;
using XenStored.Connections;
using XenStored.Connections.Sources;
using XenStored.Connections.State;
using XenStored.Logs;
using XenStored.Options;
using XenStored.Store;
using XenStored.Tree.Storage;

namespace XenStored.Daemon;

/// <summary>The store and its clients, put together. Each part is given the parts that it uses, and those only.</summary>
sealed class Server
{
    internal Server(EventLoop loop, StoreMemory memory, HypervisorInterface hypervisor, StoreOptions options, Trace trace, ILogger logger)
    {
        (Loop, Trace) = (loop, trace);
        var (limiter, totals) = (new WriteLimiter(), new Totals());
        var (identities, gates) = (new DomainIdentities(), new Gates(limiter, loop, trace));
        Connections = new(loop, Queues, limiter, trace, logger);
        DomainConnections = new(hypervisor, loop, Connections, identities, options.MasterDomid, logger);
        var outbox = new Outbox(loop, Queues, trace, options);
        Store = new(memory, DomainConnections, new DaemonControl(loop, trace, logger), outbox, options.MasterDomid, options.PrivilegedDomid)
        {
            KeepsOrphans = options.KeepOrphans,
            Quotas = { SocketWatches = options.SocketWatches, SocketTransactions = options.SocketTransactions },
        };
        foreach (var (quota, value) in options.Quotas)
            Store.SetQuota(quota, value);
        Status = new(Store, DomainConnections, totals, hypervisor.Name);
        Ends = new(Store, Connections, Queues);
        Requests = new(Store, new(Store, Status), gates, Ends, Queues, trace, totals);
        DomainEvents = new(hypervisor, loop, Store, DomainConnections, identities, Queues, logger);
        Scheduler = new(loop, Store, Queues, Requests, Ends, DomainEvents, gates, trace, totals);
    }

    internal EventLoop Loop { get; }
    internal Trace Trace { get; }
    internal XenStore Store { get; }
    internal ConnectionTable Connections { get; }
    internal ConnectionQueues Queues { get; } = new();
    internal ConnectionEnds Ends { get; }
    internal RequestReader Requests { get; }
    internal DomainConnections DomainConnections { get; }
    internal DomainEvents DomainEvents { get; }
    internal Scheduler Scheduler { get; }
    internal StatusReport Status { get; }
}
