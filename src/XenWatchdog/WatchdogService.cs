using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Posix;
using XenWatchdog.Checks;
using XenWatchdog.Core;
using XenWatchdog.Host;
using XenWatchdog.Timer;

namespace XenWatchdog;

/// <summary>
/// The daemon: a thread that winds the timer up, one for each check, and one that weighs what they find once a second. What may hang has a
/// thread of its own, so that hanging is a result.
/// </summary>
sealed class WatchdogService(WatchdogOptions options, ISystemdNotifier notifier, IHostApplicationLifetime lifetime, ILogger<WatchdogService> logger) : IHostedService, IDisposable
{
    const string ConsoleService = "xenconsoled";
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    static readonly ServiceState Lives = new("WATCHDOG=1");

    readonly ManualResetEventSlim ended = new();
    readonly List<IDisposable> owned = [];
    readonly List<(Examiner Examiner, CheckState State)> examined = [];
    readonly LastWords lastWords = new(options.StateFolder);
    Slot slot = null!;
    Poker poker = null!;
    Health health = null!;
    HostLife life = null!;
    Status status = null!;
    Thread? weighing;
    int toldFault;
    volatile bool givesBack;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Realtime.LockMemory() is > 0 and var errno)
            WatchdogLog.Lacks(logger, "it is not locked in memory", new PosixException("mlockall", errno).Message);
        var inquiry = Inquire();
        bool isHost = inquiry.Host.Physical(out _) != -Errno.EPERM; // to a guest the hypervisor does not speak of the machine
        health = new(options.Checks(isHost));
        TellLastReset();

        slot = new(inquiry.WatchdogTimer, options.RunFolder);
        slot.Take(options.Timeout);
        bool enforcesThreads = health.Of(Rules.Threads) is { Setting.Mode: CheckMode.Enforce };
        poker = Own(new Poker(slot, options.Timeout, options.Sleep, enforcesThreads ? (long)(options.Within + options.Every).TotalMilliseconds : 0));
        poker.Start();
        if (poker.Unscheduled.Length > 0)
            WatchdogLog.Lacks(logger, "the timer's thread waits its turn as others", poker.Unscheduled);

        foreach (var state in health.Checks)
            examined.Add((Own(new Examiner(Make(state.Rule), options.Every * state.Rule.Rounds, options.Within)), state));
        status = new(options, slot, poker, health, isHost, lastWords);
        life = Own(new HostLife(Sleeps, Wakes, out string lacks));
        if (lacks.Length > 0)
            WatchdogLog.Lacks(logger, "nobody tells it that the host goes down or to sleep", lacks);
        Own(Signals.Listen(Signals.User1, () =>
        {
            givesBack = true;
            lifetime.StopApplication();
        }));
        Own(Signals.Listen(PosixSignal.SIGHUP, lifetime.StopApplication));
        WatchdogLog.Started(logger, DaemonHost.Version, slot.Number, options.Timeout, options.Sleep, slot.IsAdopted ? ", which an earlier process left" : "", Modes());
        foreach (var (examiner, _) in examined)
            examiner.Start();
        weighing = new(Run) { IsBackground = true, Name = "weighing" };
        weighing.Start();
        DaemonHost.TellReady(notifier);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (weighing is null)
            return Task.CompletedTask;
        ended.Set();
        weighing.Join();
        poker.Dispose();
        if ((givesBack || options.EndsSafely) && !life.GoesDown())
        {
            slot.GiveBack();
            status.Remove();
            WatchdogLog.GivesBack(logger, slot.Number);
            return Task.CompletedTask;
        }
        slot.Arm(options.ShutdownBudget);
        status.Remove();
        WatchdogLog.LeavesRunning(logger, slot.Number, options.ShutdownBudget);
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
        do
        {
            Weigh(DateTime.UtcNow);
            poker.Weighed();
            status.Write();
            notifier.Notify(Lives);
        }
        while (!ended.Wait(Tick));
    }

    void Weigh(DateTime now)
    {
        foreach (var (examiner, state) in examined)
        {
            if (examiner.TryTake(out string? fault))
                Tell(state, state.Take(fault, now));
            if (health.TakesRestart(state, now))
                _ = RestartAsync(state);
        }
        string? doom = health.Doom;
        if (doom is not null && poker.Doom is null)
            LetGo(doom, now);
        else if (doom is null && poker.Doom is { } before)
            HoldAgain(before);
        if (poker.Fault is var errno && errno != toldFault)
        {
            toldFault = errno;
            if (errno != 0)
                WatchdogLog.CannotArm(logger, new PosixException("wind the watchdog timer up", -errno).Message);
        }
    }

    void Tell(CheckState state, Change change)
    {
        if (change == Change.Failed)
            WatchdogLog.Failed(logger, state.Rule.Name, state.Fault!, Status.Time(state.Since!.Value), state.Failures);
        else if (change == Change.Recovered)
            WatchdogLog.Recovered(logger, state.Rule.Name);
    }

    // Each of the three ways may be what hangs.
    void LetGo(string reason, DateTime now)
    {
        poker.Doom = reason;
        uint left = (uint)Math.Max(0, options.Timeout - (Environment.TickCount64 - poker.Poked) / 1000);
        WatchdogLog.LetsGo(logger, left, reason);
        Apart("last words on the disk", () => lastWords.Write(now, reason));
        Apart("last words on the hypervisor's console", () =>
        {
            string line = $"xenwatchdogd: the host will be reset in {left} s: {reason.ReplaceLineEndings(" ")}\n";
            if (Inquire().Host.WriteConsole(System.Text.Encoding.ASCII.GetBytes(line)) is < 0 and var errno)
                throw new PosixException("write", -errno);
        });
    }

    void HoldAgain(string reason)
    {
        poker.Doom = null;
        WatchdogLog.HoldsAgain(logger, reason);
        Apart("last words on the disk", lastWords.TakeBack);
    }

    void Apart(string what, Action action) => new Thread(() =>
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PosixException)
        {
            WatchdogLog.Lacks(logger, what, e.Message);
        }
    }) { IsBackground = true, Name = what }.Start();

    async Task RestartAsync(CheckState state)
    {
        WatchdogLog.Restarts(logger, ConsoleService, state.Rule.Name, state.Fault ?? "");
        string? fault;
        try
        {
            fault = await life.RestartAsync(ConsoleService).ConfigureAwait(false);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            fault = e.Message;
        }
        if (fault is not null)
            WatchdogLog.CannotRestart(logger, ConsoleService, fault);
    }

    void Sleeps()
    {
        poker.Pause();
        slot.GiveBack();
        WatchdogLog.Sleeps(logger, slot.Number);
    }

    void Wakes()
    {
        try
        {
            slot.Take(options.Timeout);
            poker.Resume();
            WatchdogLog.Wakes(logger, slot.Number);
        }
        catch (PosixException e)
        {
            WatchdogLog.CannotArm(logger, e.Message);
            poker.Resume(); // and goes on trying
        }
    }

    void TellLastReset()
    {
        try
        {
            if (lastWords.TakeOver() is { } words)
                WatchdogLog.WasReset(logger, words.Time, words.Reason);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WatchdogLog.Lacks(logger, "whether an earlier boot was reset is not known", e.Message);
        }
    }

    string Modes() => health.Checks.Count == 0 ? "none" : string.Join(", ", health.Checks.GroupBy(check => check.Rule.Tier == Tier.Warning ? CheckMode.Report : check.Setting.Mode)
        .Select(group => $"{(group.Key == CheckMode.Enforce ? "enforced" : "reported")} {string.Join(' ', group.Select(check => check.Rule.Name))}"));

    // A thread's own connection to the hypervisor.
    Inquiry Inquire() => Hypervisor.OpenInquiry(options.Hypervisor);

    ICheck Make(CheckRule rule)
    {
        if (rule == Rules.StoreSocket)
            return new StoreSocketCheck(options.Within);
        if (rule == Rules.StoreRing)
            return new StoreRingCheck(options.Within);
        if (rule == Rules.Hypercall)
            return new HypercallCheck(Inquire().Host);
        if (rule == Rules.Fork)
            return new ForkCheck();
        if (rule == Rules.Root)
            return new RootCheck(options.StateFolder);
        if (rule == Rules.Threads)
            return new ThreadsCheck(() => poker.LatestLateness > options.Timeout * 1000L / 3 ? $"the timer's thread woke {poker.LatestLateness} ms late" : null);
        if (rule == Rules.Console)
            return new ConsoleCheck();
        if (rule == Rules.Devices)
            return new DevicesCheck();
        if (rule == Rules.Disks)
            return new DisksCheck();
        var inquiry = Inquire();
        return rule == Rules.Grants ? new GrantsCheck(inquiry.Domains, inquiry.Host)
            : rule == Rules.Memory ? new MemoryCheck(inquiry.Host, options.LeastMemory)
            : new ZombiesCheck(inquiry.Domains);
    }

    T Own<T>(T what) where T : IDisposable
    {
        owned.Add(what);
        return what;
    }
}
