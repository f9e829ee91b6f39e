using Xen.Hypervisor;
using Xen.Linux;
using Xen.Linux.Sockets;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Connections.Sources;
using XenStored.Connections.State;
using XenStored.Logs;
using XenStored.Store;
using XenStored.Streams;
using XenStored.Streams.Contents;
using XenStored.Tree;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Handover;

/// <summary>
/// Gives a new store all that another xenstored wrote into a stream. What cannot be taken is left out and logged: a store that has nearly
/// all is better for guests than none.
/// </summary>
/// <param name="handsOver">
/// The writer has become this process, so its descriptors and ports are open here. Else only what does not depend on them is taken: nodes,
/// and guests that the hypervisor still has.
/// </param>
sealed class StateImport(
    XenStore store, SocketClients clients, DomainConnections domains, ConnectionQueues queues, bool handsOver, ILogger logger)
{
    const int PublishedAtOnce = 4096, MostPermissions = 256;

    readonly Walk walk = new(store.Memory.Blocks);
    readonly byte[] pathBuffer = new byte[StorePath.BufferSize];
    readonly Dictionary<uint, Connection> connections = [];
    readonly StreamState state = new();
    int nodes;

    /// <summary>The descriptors of clients that were taken.</summary>
    internal HashSet<int> Taken { get; } = [];

    /// <summary>The stream is oxenstored's text.</summary>
    internal bool IsDump { get; private set; }

    /// <summary>The writer's listening socket; null: it has none.</summary>
    internal FileDescriptor? Listener { get; private set; }

    /// <summary>
    /// Reads the stream. If its writer has become this process, what stands before a damage is taken, and the damage is returned.
    /// </summary>
    /// <param name="eventChannels">Knows which guest's port a port of the writer reaches.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal string? Run(Stream stream, IEventChannels eventChannels)
    {
        string? damage = null;
        try
        {
            Read(stream);
        }
        catch (InvalidDataException e) when (handsOver)
        {
            damage = e.Message;
        }
        var ports = PortsOf(eventChannels);
        if (handsOver)
            TakeDescriptors();
        TakeConnections(ports);
        TakeLimits();
        foreach (string remark in state.Remarks)
            StoreLog.NotImported(logger, remark);
        StoreLog.Imported(logger, nodes, domains.ByPort.Count, connections.Count);
        return damage;
    }

    void TakeConnections(Dictionary<ushort, uint> ports)
    {
        foreach (var connection in state.Connections)
            if (connection.Ring is { } ring)
                Take(connection, ring, ports.TryGetValue(ring.Domid, out uint port) ? port : PortInTree(ring.Domid) ?? 0);
            else if (handsOver && connection.Socket is { } socket)
                Take(connection, socket);
        foreach (var ring in state.Connections.Select(connection => connection.Ring))
            if (ring is { Target: { } target } && store.Domains.Find(target) is { } whose)
                store.Domains.FindOrAdd(ring.Domid).Target = whose;
    }

    void TakeLimits()
    {
        foreach (var quota in state.DomainQuotas)
            if (Quotas.TryParse(System.Text.Encoding.ASCII.GetBytes(quota.Name), out var known))
                store.Domains.SetQuota(known, (int)Math.Min(quota.Value, int.MaxValue));
        foreach (var domain in state.Domains)
            Limit(domain);
    }

    // The guests' ports. Asked for while the writer's are still bound.
    Dictionary<ushort, uint> PortsOf(IEventChannels eventChannels)
    {
        var ports = new Dictionary<ushort, uint>();
        foreach (var ring in state.Connections.Select(connection => connection.Ring).OfType<StreamRing>())
            if (ring.RemotePort is { } remote)
                ports[ring.Domid] = remote;
            else if (handsOver && ring.LocalPort is { } local && eventChannels.Reached((int)local) is var (domid, port)
                     && domid == ring.Domid)
                ports[ring.Domid] = port;
        return ports;
    }

    // Closing the writer's device unbinds its ports, so that they can be bound here.
    void TakeDescriptors()
    {
        Keeper.CloseEventChannels();
        var socket = new FileDescriptor(state.Listener ?? -1);
        if (!UnixSocket.IsStream(socket, out bool listens) || !listens)
            return;
        socket.SetBlocking(false);
        Listener = socket;
    }

    void Read(Stream stream)
    {
        Span<byte> first = stackalloc byte[Preamble.BytesToDetect];
        int length = stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        IsDump = Preamble.Detect(first[..length]) == StreamFormat.OxenstoredDump;
        if (IsDump)
            DumpReader.Read(stream, Take, state);
        else
            StateReader.Read(stream, Take, state);
    }

    void Take(StreamNode node)
    {
        nodes++;
        if (node.Path.Length > WireLimits.Payload || !StorePath.TryParse(node.Path, store.Domains.Home.Id, pathBuffer, out var path)
            || node.Value.Length > WireLimits.Payload || node.Permissions.Length > MostPermissions)
        {
            state.Remark($"The node {System.Text.Encoding.ASCII.GetString(node.Path)}: its path or its size is not valid.");
            return;
        }
        if (node.IsSpecial)
        {
            if (store.Specials.Find(path) is { } special)
                store.Specials.Give(special, Live(node));
            return;
        }
        Make(path, node);
        if (nodes % PublishedAtOnce == 0)
            store.Publisher.PublishAndReclaim(int.MaxValue); // frees what was replaced
    }

    void Make(StorePath path, StreamNode node)
    {
        walk.To(store.Memory.Root, path);
        bool isMade;
        if (!walk.Found)
            isMade = store.Changes.TryMake(Change.Create(walk, path, Live(node), node.Value), firesWatches: false);
        else
        {
            isMade = store.Changes.TryMake(Change.SetValue(walk, path, node.Value), firesWatches: false);
            walk.To(store.Memory.Root, path);
            isMade &= store.Changes.TryMake(Change.SetPermissions(walk, path, Live(node)), firesWatches: false);
        }
        if (!isMade)
            throw new InvalidDataException("it has more than this store may hold: raise --store-size, or the size of /run");
    }

    // Without those of domains that died. The first is the owner's.
    static Permission[] Live(StreamNode node) =>
        [node.Permissions[0] with { IsStale = false }, .. node.Permissions[1..].ToArray().Where(permission => !permission.IsStale)];

    void Take(StreamConnection stream, StreamRing ring, uint port)
    {
        var domain = store.Domains.FindOrAdd(ring.Domid);
        if (domain.Session is not null)
            return;
        var session = store.Sessions.Open(domain, isSocket: false);
        domain.Session = session; // also of a guest that is gone: so its nodes are removed
        domains.IsStarting = true;
        if (domains.Exists(ring.Domid) && domains.Connect(session, port, out _))
        {
            Fill(Connection.Of(session)!, stream);
            domains.Greet(session);
        }
        else
            AddWatches(session, stream);
        domains.IsStarting = false;
    }

    // Where the toolstack writes it.
    uint? PortInTree(ushort domid)
    {
        walk.To(store.Memory.Root, StorePath.Trusted(System.Text.Encoding.ASCII.GetBytes($"/local/domain/{domid}/store/port")));
        return walk.Found && uint.TryParse(System.Text.Encoding.ASCII.GetString(walk.Node.Value), out uint port) ? port : null;
    }

    void Take(StreamConnection stream, int number)
    {
        var socket = new FileDescriptor(number);
        if (!UnixSocket.IsStream(socket, out bool listens) || listens)
        {
            state.Remark($"Connection {stream.Id}: descriptor {number} is no socket of a client.");
            return;
        }
        if (Listener is { } listener && UnixSocket.Path(socket) == UnixSocket.Path(listener) + "_ro")
        {
            state.Remark($"Connection {stream.Id}: it came by a read-only socket, and is closed.");
            socket.Dispose();
            return;
        }
        socket.SetBlocking(false);
        socket.KeepOnExec();
        Taken.Add(number);
        Fill(clients.Open(socket), stream);
    }

    void Fill(Connection connection, StreamConnection stream)
    {
        connections.Add(stream.Id, connection);
        AddWatches(connection.Session, stream);
        connection.In.Keep(stream.Input);
        connection.Out.AddEarlier(stream.Output);
        connection.Charge(stream.Output.Length);
        queues.Wake(connection);
        queues.FlushAfterIteration(connection);
    }

    void AddWatches(Session session, StreamConnection stream)
    {
        foreach (var watch in stream.Watches)
            if (watch.Path.Length + watch.Token.Length <= WireLimits.Payload
                && StorePath.TryParse(watch.Path, session.Domain.Id, pathBuffer, out var path)
                && session.FindWatch(path.Bytes, watch.Token) is null)
                store.WatchList.Add(session, path, watch.Token, watch.Depth);
            else
                state.Remark($"A watch of {session.Name}: its path is not valid, or there are two of it.");
    }

    void Limit(StreamDomain stream)
    {
        if (store.Domains.Find(stream.Domid) is not { } domain)
            return;
        if (stream.Features is { } features)
            domain.Features = (StoreFeatures)features & StoreFeatures.All;
        foreach (var quota in stream.Quotas)
            if (Quotas.TryParse(System.Text.Encoding.ASCII.GetBytes(quota.Name), out var known))
                domain.Limits.Set(known, (int)Math.Min(quota.Value, int.MaxValue));
    }
}
