using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Hosting;
using Xen.Loop;
using Xen.Posix;
using XenStored.State.Memory;

namespace XenStored.Shell;

/// <summary>
/// The daemon's life: StartAsync binds everything, so that ready means ready; one thread then runs the loop until the host stops.
/// </summary>
sealed class StoreService(StoreOptions options, ISystemdNotifier notifier, IHostApplicationLifetime lifetime, ILogger<StoreService> logger)
    : IHostedService, IDisposable
{
    readonly List<IDisposable> owned = [];
    EventLoop? loop;
    Thread? thread;

    /// <summary>What the process ends with.</summary>
    internal static int ExitStatus { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var hypervisor = Own(Xen.Hypervisor.Hypervisor.Open(options.Hypervisor));
        if (options.HomePort != 0)
            hypervisor = hypervisor with { HomePort = options.HomePort };
        Limits.RaiseOpenFiles();
        Folder.Make(Path.GetDirectoryName(Path.GetFullPath(options.SocketPath))!);

        var trace = Own(new Trace { Folder = options.LogFolder, Failed = (file, reason) => StoreLog.TraceFailed(logger, file, reason) });
        foreach (string word in options.TraceControl)
            trace.TrySwitch(word);
        if (options.TraceFile is { } traceFile && trace.Open(traceFile) is var errno && errno != 0)
            throw new PosixException("open " + Path.Combine(options.LogFolder, traceFile), errno);

        loop = Own(new EventLoop());
        string file = options.SocketPath + ".store";
        SocketListener.RefuseIfServed(options.SocketPath);
        Folder.Unlink(file); // a fresh store at each start, until the store outlives its process
        var memory = Own(new StoreMemory(file, options.StoreBytes, options.PrivilegedDomid));
        Own(new Unlinked(file));
        var server = new Server(loop, memory, hypervisor, options, trace, logger);
        server.Guests.Start();
        Own(new SocketListener(server, options.SocketPath));
        Own(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Post(context, trace.Reopen)));
        Own(PosixSignalRegistration.Create((PosixSignal)10 /* SIGUSR1 */, context => Post(context, () => StoreLog.Status(logger, StatusReport.Text(server)))));

        thread = new(Run) { Name = "store", IsBackground = false };
        thread.Start();
        if (Seccomp.GiveUp() is > 0 and var refused)
            StoreLog.KeepsPrivileges(logger, Marshal.GetPInvokeErrorMessage(refused));
        loop.Post(() =>
        {
            StoreLog.Started(logger, StoreOptions.Version, options.SocketPath, hypervisor.Name);
            DaemonHost.TellReady(notifier); // from within the loop: requests are answered
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        StoreLog.Ending(logger);
        loop?.Stop();
        thread?.Join();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        for (int i = owned.Count - 1; i >= 0; i--)
            owned[i].Dispose();
        owned.Clear();
    }

    void Run()
    {
        try
        {
            loop!.Run();
        }
        catch (Exception e)
        {
            // A fault of ours in the loop leaves the store in doubt: end at once and say why.
            StoreLog.Fault(logger, e.ToString());
            ExitStatus = 1;
            lifetime.StopApplication();
        }
    }

    void Post(PosixSignalContext context, Action action)
    {
        context.Cancel = true;
        loop!.Post(action);
    }

    T Own<T>(T what) where T : IDisposable
    {
        owned.Add(what);
        return what;
    }
}

/// <summary>A file that goes when the daemon ends in order.</summary>
sealed class Unlinked(string path) : IDisposable
{
    public void Dispose() => Folder.Unlink(path);
}
