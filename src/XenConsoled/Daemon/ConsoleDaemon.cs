using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Processes;
using XenConsoled.Attach;
using XenConsoled.Consoles;
using XenConsoled.Core;
using XenConsoled.Following;
using XenConsoled.Logs;

namespace XenConsoled.Daemon;

/// <summary>
/// Makes and connects the daemon's parts, and takes over what an earlier process left. Runs on the loop's thread.
/// </summary>
sealed class ConsoleDaemon : IAsyncDisposable
{
    const string EventChannelsKept = "event-channels";
    const UnixFileMode ReadByGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    // In the background the umask is 027.
    const uint OwnMode = (uint)(ReadByGroup | UnixFileMode.OtherRead), BackgroundMode = (uint)ReadByGroup;
    const int UnsentRetryMs = 100;

    readonly EventLoop loop;
    readonly HypervisorInterface hypervisor;
    readonly DescriptorStore descriptors = new();
    readonly LoopTimer unsent;
    readonly LogThread logThread = new();
    readonly ConsoleLogs logs;
    readonly HypervisorLog? hypervisorLog;
    readonly ConsoleScheduler scheduler;
    readonly ConsoleStore store;
    readonly ConsoleTable consoles;
    readonly ConsoleReport report;
    readonly AttachServer attach;

    /// <exception cref="PosixException">A resource is not available.</exception>
    internal ConsoleDaemon(EventLoop loop, ConsoleOptions options, ILogger logger)
    {
        this.loop = loop;
        var kept = DescriptorStore.TakeOver();
        kept.Remove(EventChannelsKept, out var keptChannels);
        hypervisor = HypervisorChoice.Open(options.Hypervisor, keptChannels);
        if (keptChannels is null && hypervisor.EventChannels.Descriptor is { } channels)
            descriptors.Keep(EventChannelsKept, channels);
        unsent = new(loop, descriptors.Flush);
        logs = new(loop, logThread, options, Background.IsBackground ? BackgroundMode : OwnMode, logger);
        hypervisorLog = logs.OpenHypervisor(hypervisor);
        scheduler = new(loop, hypervisor.EventChannels, hypervisorLog, options.PollMicroseconds);
        store = new(loop);
        var host = new ConsoleHost(loop, hypervisor, descriptors, scheduler, store, logs, logger, options.KeepsOverflow, options.RunFolder);
        consoles = new(host);
        report = new(loop, hypervisor.Name, consoles, hypervisorLog);
        attach = new(host, consoles, report, Path.Combine(options.RunFolder, "socket"));
        Restored = consoles.Restore(kept, keptChannels is not null);
        hypervisorLog?.Start();
        scheduler.Start();
        store.Start(consoles);
    }

    internal string HypervisorName => hypervisor.Name;

    /// <summary>How many consoles an earlier process left.</summary>
    internal int Restored { get; }

    /// <summary>The daemon's present status as text.</summary>
    internal string Status => report.Text();

    /// <summary>Does the rest of an iteration of the loop. Returns true if there is more to do at once.</summary>
    internal bool EndIteration()
    {
        if (descriptors.HasUnsent && !unsent.IsSet)
            unsent.At(loop.Now + UnsentRetryMs);
        return scheduler.Go();
    }

    /// <summary>Opens all log files again, and reads the store's keys again.</summary>
    internal void Reopen()
    {
        foreach (var console in consoles.All)
            console.ReopenLog();
        hypervisorLog?.Reopen();
        store.ReadAgain();
    }

    /// <summary>Accepts no more clients, and closes the present ones.</summary>
    internal void CloseSocket() => attach.Dispose();

    /// <summary>Writes what is left into the logs; true if nothing is left.</summary>
    internal bool FinishLogs()
    {
        bool areDone = true;
        foreach (var console in consoles.All.Concat(consoles.Ending))
            areDone &= console.FinishLog();
        return areDone;
    }

    /// <summary>Leaves all consoles to the next process. To be called after the loop has ended.</summary>
    /// <param name="most">How long to wait for the disk.</param>
    internal void Leave(TimeSpan most)
    {
        foreach (var console in consoles.All.Concat(consoles.Ending))
            console.Leave();
        logThread.End(most);
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync().ConfigureAwait(false);
        logThread.Dispose();
        logs.Dispose();
        hypervisor.Dispose();
    }
}
