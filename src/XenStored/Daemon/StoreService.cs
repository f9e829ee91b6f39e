using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using Xen.Linux.Files;
using Xen.Linux.Processes;
using XenStored.Connections.Sources;
using XenStored.Handover;
using XenStored.Logs;
using XenStored.Options;

namespace XenStored.Daemon;

/// <summary>Makes the daemon's parts and puts them together.</summary>
sealed class StoreService(StoreOptions options, ISystemdNotifier notifier, IHostApplicationLifetime lifetime, ILogger<StoreService> logger)
    : LoopService("store", notifier, lifetime)
{
    readonly NurseryCollector garbage = new();
    string hypervisorName = "";
    Server? server;
    Keeper? keeper;
    Arrival? arrival;
    bool serves;

    protected override void Bind()
    {
        var hypervisor = Own(HypervisorChoice.Open(options.Hypervisor));
        if (options.HomePort != 0)
            hypervisor = hypervisor with { HomePort = options.HomePort };
        hypervisorName = hypervisor.Name;
        Folder.Make(Path.GetDirectoryName(Path.GetFullPath(options.SocketPath))!);

        var trace = OpenTrace();
        keeper = Keeper.Find(Loop);
        var (listener, clients) = keeper is null ? (null, []) : Keeper.Kept(options.SocketPath);
        var door = new ReaderDoor(options, keeper is not null, logger);
        string file = options.StateFile;
        arrival = Arrival.Of(options, logger);
        if (listener is null && arrival is not { HandsOver: true })
        {
            SocketListener.RefuseIfServed(options.SocketPath);
            if (hypervisor.EventChannels.Descriptor is null)
                Folder.Unlink(file); // there are neither guests nor clients for whom to go on
        }
        server = OpenStore(file, hypervisor, trace);
        listener = arrival?.Listener ?? listener;
        if (!server.Store.Memory.IsReopened)
        {
            clients.RemoveAll(client => arrival?.Taken.Contains(client.Number) == true);
            clients.ForEach(client => client.Dispose()); // nobody knows what they have said and were told
            clients.Clear();
            door.CloseClients();
        }
        Keeper.CloseEventChannels();
        server.Start(clients, door.Clients);
        server.LiveUpdate.GoOn(Keeper.Became);
        if (arrival is { WriterOwesAnAnswer: true })
            server.LiveUpdate.OwesAnAnswer();
        Listen(server, listener, door);
        if (server.Store.Memory.IsReopened)
            StoreLog.GoesOn(logger, server.DomainConnections.ByPort.Count, server.Connections.SocketCount, server.Store.Watches.Count);
        HearSignals(server, trace);
    }

    void Listen(Server server, FileDescriptor? kept, ReaderDoor door)
    {
        if (door.Open(Loop, server) is { } readers)
            Own(readers);
        Own(new SocketListener(Loop, server.Clients, server.Connections, options.SocketPath, kept, options.SocketConnections, logger));
    }

    void HearSignals(Server server, Trace trace)
    {
        OnSignal(PosixSignal.SIGHUP, trace.Reopen);
        OnSignal(Signals.User2, server.LiveUpdate.Checked);
        OnSignal(Signals.User1, () => StoreLog.Status(logger, server.Status.Text()));
    }

    Trace OpenTrace()
    {
        var trace = Own(new Trace((file, reason) => StoreLog.TraceFailed(logger, file, reason)) { Folder = options.LogFolder });
        foreach (string word in options.TraceControl)
            trace.TrySwitch(word);
        if (options.TraceFile is { } traceFile)
            trace.Open(traceFile);
        return trace;
    }

    // With the state of an earlier process, or with what another xenstored has left.
    Server OpenStore(string file, HypervisorInterface hypervisor, Trace trace)
    {
        keeper?.Opens();
        var opened = Open(file, hypervisor, trace);
        if (Arrival.Replaces(arrival, opened.Store))
        {
            opened.Dispose();
            Folder.Unlink(file);
            opened = Open(file, hypervisor, trace);
        }
        Own(opened);
        try
        {
            arrival?.ReadInto(opened.Store, opened.Import(arrival.HandsOver, logger), hypervisor.EventChannels);
            return opened;
        }
        catch (IOException)
        {
            Folder.Unlink(file); // nobody is to go on with a part
            throw;
        }
    }

    // A state that cannot be read is no reason not to serve: then the store begins with what the hypervisor tells.
    Server Open(string file, HypervisorInterface hypervisor, Trace trace)
    {
        var opening = new StoreOpening(file, options.StoreBytes, options.PrivilegedDomid, keeper, logger);
        var memory = opening.Open();
        try
        {
            var opened = new Server(Loop, memory, hypervisor, options, trace, logger, keeper);
            opening.Check(opened.Store);
            return opened;
        }
        catch (InvalidDataException e) when (memory.IsReopened)
        {
            memory.Dispose();
            return new(Loop, opening.Anew(e.Message), hypervisor, options, trace, logger, keeper);
        }
    }

    protected override void Started() => StoreLog.Started(logger, DaemonHost.Version, options.SocketPath, hypervisorName);

    protected override bool EndIteration()
    {
        bool hasMore = server!.Scheduler.EndIteration();
        garbage.CollectSome(); // now, because all replies are sent
        if (!serves)
        {
            serves = true;
            server.Store.Memory.Serves();
            keeper?.Serves();
            arrival?.IsOver(new(options.SocketPath));
        }
        if (server.LiveUpdate.LeavesNow)
            ProcessEnd.Now(LiveUpdate.Leaves); // at once: nothing is to be closed, because another program goes on with it
        return hasMore;
    }

    protected override Task EndingAsync()
    {
        StoreLog.Ending(logger);
        return Task.CompletedTask;
    }

    protected override void Faulted(string fault) => StoreLog.Fault(logger, fault);

    protected override void KeepsPrivileges(string reason) => StoreLog.KeepsPrivileges(logger, reason);
}
