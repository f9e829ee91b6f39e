using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Hosting;
using Xen.Hypervisor.Choice;
using Xen.Linux.Files;
using Xen.Linux.Processes;
using XenStored.Connections.Sources;
using XenStored.Logs;
using XenStored.Options;
using XenStored.Tree.Storage;

namespace XenStored.Daemon;

/// <summary>Makes the daemon's parts and puts them together.</summary>
sealed class StoreService(StoreOptions options, ISystemdNotifier notifier, IHostApplicationLifetime lifetime, ILogger<StoreService> logger)
    : LoopService("store", notifier, lifetime)
{
    readonly NurseryCollector garbage = new();
    string hypervisorName = "";
    Server? server;

    protected override void Bind()
    {
        var hypervisor = Own(HypervisorChoice.Open(options.Hypervisor));
        if (options.HomePort != 0)
            hypervisor = hypervisor with { HomePort = options.HomePort };
        hypervisorName = hypervisor.Name;
        Folder.Make(Path.GetDirectoryName(Path.GetFullPath(options.SocketPath))!);

        var trace = Own(new Trace((file, reason) => StoreLog.TraceFailed(logger, file, reason)) { Folder = options.LogFolder });
        foreach (string word in options.TraceControl)
            trace.TrySwitch(word);
        if (options.TraceFile is { } traceFile)
            trace.Open(traceFile);

        string file = options.SocketPath + ".store";
        SocketListener.RefuseIfServed(options.SocketPath);
        // Each start begins with an empty store. StoreMemory can open an old one, but what stands above it cannot yet.
        Folder.Unlink(file);
        var memory = Own(new StoreMemory(file, options.StoreBytes, options.PrivilegedDomid));
        Own(new Unlinked(file));
        server = new Server(Loop, memory, hypervisor, options, trace, logger);
        server.DomainEvents.Start();
        Own(new SocketListener(Loop, server.Store, server.Connections, options.SocketPath, options.SocketConnections, logger));
        OnSignal(PosixSignal.SIGHUP, trace.Reopen);
        OnSignal(Signals.User1, () => StoreLog.Status(logger, server.Status.Text()));
    }

    protected override void Started() => StoreLog.Started(logger, DaemonHost.Version, options.SocketPath, hypervisorName);

    protected override bool EndIteration()
    {
        bool hasMore = server!.Scheduler.EndIteration();
        garbage.CollectSome(); // now, because all replies are sent
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
