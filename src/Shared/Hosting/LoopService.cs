using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Processes;

namespace Xen.Hosting;

/// <summary>
/// The life of a daemon that is one loop on one thread. StartAsync binds everything before the daemon reports that it is ready. Then the
/// thread runs the loop until the host stops. After a fault of ours in the loop the daemon's state may be wrong, so the daemon ends at once
/// with <see cref="ExitStatus"/> 1.
/// </summary>
/// <param name="name">The thread's name.</param>
public abstract class LoopService(string name, ISystemdNotifier notifier, IHostApplicationLifetime lifetime)
    : IHostedService, IAsyncDisposable
{
    readonly List<IDisposable> owned = [];
    EventLoop? loop;
    Thread? thread;

    /// <summary>The exit status of the process.</summary>
    public static int ExitStatus { get; private set; }

    /// <summary>The loop. It exists from <see cref="Bind"/> on.</summary>
    protected EventLoop Loop => loop ?? throw new InvalidOperationException("the daemon is not started");

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        ResourceLimits.RaiseOpenFiles();
        loop = Own(new EventLoop());
        Heartbeat.Start(loop, notifier);
        Bind();
        if (Seccomp.GiveUp() is > 0 and var refused) // before the first request is read
            KeepsPrivileges(Errno.Text(refused));
        thread = new(Run) { Name = name, IsBackground = false };
        thread.Start();
        loop.Post(() =>
        {
            Started();
            DaemonHost.TellReady(notifier); // in the loop, so requests are really answered
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (loop is null || thread is null)
            return;
        await EndingAsync().ConfigureAwait(false);
        loop.Stop();
        thread.Join();
        if (ExitStatus == 0)
            Ended(); // not after a fault: the state in memory may be wrong, and the state last published is right
    }

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        for (int i = owned.Count - 1; i >= 0; i--)
            owned[i].Dispose();
        owned.Clear();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Binds and takes over everything that the daemon serves.</summary>
    /// <exception cref="PosixException">Something cannot be bound. The daemon does not start.</exception>
    protected abstract void Bind();

    /// <summary>The loop runs.</summary>
    protected abstract void Started();

    /// <summary>
    /// Ends an iteration of the loop: commits what the iteration did and sends the results. If it returns true, there is more to do, and
    /// the loop does not wait.
    /// </summary>
    protected abstract bool EndIteration();

    /// <summary>The daemon is to end. The loop still runs.</summary>
    protected abstract Task EndingAsync();

    /// <summary>The loop has ended without a fault.</summary>
    protected virtual void Ended()
    {
    }

    /// <summary>Logs a fault of ours in the loop.</summary>
    protected abstract void Faulted(string fault);

    /// <summary>Logs that the kernel has no system call filter.</summary>
    protected abstract void KeepsPrivileges(string reason);

    /// <summary>Adds something that is disposed with the service. The last added is disposed first.</summary>
    protected T Own<T>(T what) where T : IDisposable
    {
        owned.Add(what);
        return what;
    }

    /// <summary>Runs an action on the loop whenever a signal comes.</summary>
    protected void OnSignal(PosixSignal signal, Action action) => Own(Signals.Listen(signal, () => Loop.Post(action)));

    void Run()
    {
        try
        {
            loop!.Run(EndIteration);
        }
        catch (Exception e) // the edge of the loop's thread
        {
            Faulted(e.ToString());
            ExitStatus = 1;
            lifetime.StopApplication();
        }
    }
}
