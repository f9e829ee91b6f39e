using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Processes;

namespace Xen.Hosting;

/// <summary>
/// The life of a daemon that is one loop on one thread: StartAsync binds everything, so that ready means ready; the thread then runs the
/// loop until the host stops. A fault of ours in the loop leaves in doubt what the daemon knows: it ends at once,
/// with <see cref="ExitStatus"/> 1.
/// </summary>
/// <param name="name">The thread's name.</param>
public abstract class LoopService(string name, ISystemdNotifier notifier, IHostApplicationLifetime lifetime)
    : IHostedService, IAsyncDisposable
{
    readonly List<IDisposable> owned = [];
    EventLoop? loop;
    Thread? thread;

    /// <summary>What the process ends with.</summary>
    public static int ExitStatus { get; private set; }

    /// <summary>The loop; there from <see cref="Bind"/> on.</summary>
    protected EventLoop Loop => loop ?? throw new InvalidOperationException("the daemon is not started");

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        ResourceLimits.RaiseOpenFiles();
        loop = Own(new EventLoop());
        Heartbeat.Start(loop, notifier);
        Bind();
        if (Seccomp.GiveUp() is > 0 and var refused) // before the first request can be answered
            KeepsPrivileges(Errno.Text(refused));
        thread = new(Run) { Name = name, IsBackground = false };
        thread.Start();
        loop.Post(() =>
        {
            Started();
            DaemonHost.TellReady(notifier); // from within the loop: requests are answered
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
            Ended(); // else what was last made lasting is whole, and what is in memory may not be
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
    /// <exception cref="PosixException">Something cannot be had; the daemon does not start.</exception>
    protected abstract void Bind();

    /// <summary>The loop runs.</summary>
    protected abstract void Started();

    /// <summary>
    /// An iteration of the loop ends: what it did is committed, what it owes is sent. Answers whether there is more to do at once; then
    /// the loop does not wait.
    /// </summary>
    protected abstract bool EndIteration();

    /// <summary>The daemon is to end; the loop still runs.</summary>
    protected abstract Task EndingAsync();

    /// <summary>The loop has ended in order.</summary>
    protected virtual void Ended()
    {
    }

    /// <summary>A fault of ours in the loop.</summary>
    protected abstract void Faulted(string fault);

    /// <summary>The kernel has no system call filter.</summary>
    protected abstract void KeepsPrivileges(string reason);

    /// <summary>Disposes something with the service, the last first.</summary>
    protected T Own<T>(T what) where T : IDisposable
    {
        owned.Add(what);
        return what;
    }

    /// <summary>Has an action run on the loop when a signal comes.</summary>
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
