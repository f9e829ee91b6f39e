using System.Globalization;
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
/// thread of its own, so that hanging is a result; and whatever goes wrong in one of them is said, and ends no process that a host depends on.
/// </summary>
sealed class WatchdogService(WatchdogOptions options, ISystemdNotifier notifier, IHostApplicationLifetime lifetime, ILogger<WatchdogService> logger) : IHostedService, IDisposable
{
    const string ConsoleService = "xenconsoled", WellFile = "well";
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1), ForWeighing = TimeSpan.FromSeconds(5);
    static readonly ServiceState Lives = new("WATCHDOG=1");

    readonly ManualResetEventSlim ended = new();
    readonly List<IDisposable> owned = [];
    readonly List<(Examiner Examiner, CheckState State)> examined = [];
    readonly HashSet<string> told = new(StringComparer.Ordinal);
    readonly LastWords lastWords = new(options.StateFolder);
    Slot slot = null!;
    Poker poker = null!;
    Health health = null!;
    HostLife life = null!;
    Status status = null!;
    Aside disk = null!, console = null!;
    Thread? weighing;
    (string Reason, long Since)? recovering;
    int toldFault, saidUnweighed, wellKept;
    volatile bool givesBack;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Before there is a timer: who stops it from now on is heard.
        Own(Signals.Listen(Signals.User1, () =>
        {
            givesBack = true;
            lifetime.StopApplication();
        }));
        Own(Signals.Listen(PosixSignal.SIGHUP, lifetime.StopApplication));
        if (Realtime.LockMemory() is > 0 and var errno)
            WatchdogLog.Lacks(logger, "it is not locked in memory", new PosixException("mlockall", errno).Message);
        var inquiry = Inquire();
        bool isHost = inquiry.Host.Physical(out _) != -Errno.EPERM; // to a guest the hypervisor does not speak of the machine
        health = new(options.Checks(isHost), WereWell());
        string? earlier = Quietly("whether this or an earlier boot was let go is not known", TellLastReset);
        disk = Own(new Aside("last words on the disk", Lacks));
        console = Own(new Aside("last words on the hypervisor's console", Lacks));
        life = Own(new HostLife(Sleeps, Wakes, reason => Lacks("it is not told that the host sleeps", reason)));
        slot = new(inquiry.WatchdogTimer, options.RunFolder);
        slot.Take(options.Timeout);
        try
        {
            Begin(isHost, earlier);
        }
        catch
        {
            slot.GiveBack(); // a daemon that cannot run must not cost the host
            throw;
        }
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (weighing is null)
            return Task.CompletedTask;
        ended.Set();
        weighing.Join(ForWeighing); // it may hang as what it weighs
        poker.Dispose();
        life.HearNoMore();
        // First time for what follows: a bus may hang.
        if (slot.Arm(options.ShutdownBudget) is < 0 and var errno)
            WatchdogLog.CannotArm(logger, new PosixException("wind the watchdog timer up", -errno).Message);
        bool goesDown = life.GoesDown();
        if (!slot.IsGivenBack && (goesDown || !(givesBack || options.EndsSafely)))
            WatchdogLog.LeavesRunning(logger, slot.Number, options.ShutdownBudget);
        else if (slot.GiveBack() is < 0 and var fault)
            WatchdogLog.CannotGiveBack(logger, slot.Number, new PosixException("stop the watchdog timer", -fault).Message);
        else
            WatchdogLog.GivesBack(logger, slot.Number);
        if (poker.Doom is not null && (goesDown || givesBack))
            Quietly("last words are not taken back", TakeBack); // the host goes down in order, or stays
        status.Remove();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        for (int i = owned.Count - 1; i >= 0; i--)
            owned[i].Dispose();
        owned.Clear();
    }

    void Begin(bool isHost, string? earlier)
    {
        bool enforcesThreads = health.Of(Rules.Threads) is { Setting.Mode: CheckMode.Enforce };
        poker = Own(new Poker(slot, options.Timeout, options.Sleep, enforcesThreads ? (long)(options.Within + options.Every).TotalMilliseconds : 0) { Doom = earlier });
        poker.Start();
        if (poker.Unscheduled.Length > 0)
            WatchdogLog.Lacks(logger, "the timer's thread waits its turn as others", poker.Unscheduled);
        foreach (var state in health.Checks)
            examined.Add((Own(new Examiner(Make(state.Rule), options.Every * state.Rule.Rounds, options.Within)), state));
        status = new(options, slot, poker, health, isHost, lastWords);
        disk.Start();
        console.Start();
        WatchdogLog.Started(logger, DaemonHost.Version, slot.Number, options.Timeout, options.Sleep, slot.IsAdopted ? ", which an earlier process left" : "", Modes());
        foreach (var (examiner, _) in examined)
            examiner.Start();
        weighing = new(Run) { IsBackground = true, Name = "weighing" };
        weighing.Start();
        life.Start(); // a bus may hang
        DaemonHost.TellReady(notifier);
    }

    void Run()
    {
        do
        {
            Quietly("results were not weighed", () => Weigh(DateTime.UtcNow));
            poker.Weighed();
            if (!slot.IsKept && slot.Keep() is { } reason)
                Lacks("the timer's number is not kept, and would be lost with this process", reason);
            Quietly("the status is not written", status.Write);
            Quietly("systemd is not told that it lives", () => notifier.Notify(Lives));
        }
        while (!ended.Wait(Tick));
    }

    void Weigh(DateTime now)
    {
        var uptime = TimeSpan.FromMilliseconds(Environment.TickCount64);
        foreach (var (examiner, state) in examined)
        {
            if (examiner.TryTake(out string? fault))
                Tell(state, state.Take(fault, now));
            if (health.TakesRestart(state, uptime))
                _ = RestartAsync(state);
        }
        KeepWell();
        string? doom = health.Doom;
        if (doom is not null && poker.Doom is null)
            LetGo(doom, now);
        else if (doom is null && health.IsWell && poker.Doom is { } before)
        {
            poker.Doom = null;
            recovering = (before, Environment.TickCount64);
        }
        // Only when it is wound up again the host is kept.
        if (recovering is { } recovery && poker.Doom is null && poker.Poked > recovery.Since)
        {
            recovering = null;
            WatchdogLog.HoldsAgain(logger, recovery.Reason);
            disk.Do(TakeBack);
        }
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
        if (change == Change.Failed && state is { WasWell: false, Rule.Tier: Tier.Host, Setting.Mode: CheckMode.Enforce })
            Lacks($"check {state.Rule.Name} is enforced and was never well since the host was booted", "a reset would cure nothing, so it is only reported");
    }

    void LetGo(string reason, DateTime now)
    {
        poker.Doom = reason;
        recovering = null;
        Say(reason, now);
    }

    // Each of the three ways may be what hangs.
    void Say(string reason, DateTime now)
    {
        uint left = (uint)Math.Max(0, options.Timeout - (Environment.TickCount64 - poker.Poked) / 1000);
        disk.Do(() => lastWords.Write(now, reason));
        console.Do(() =>
        {
            string line = $"xenwatchdogd: the host will be reset in {left} s: {reason.ReplaceLineEndings(" ")}\n";
            if (Inquire().Host.WriteConsole(System.Text.Encoding.ASCII.GetBytes(line)) is < 0 and var errno)
                throw new PosixException("write", -errno);
        });
        WatchdogLog.LetsGo(logger, left, reason);
    }

    void TakeBack() => lastWords.TakeBack();

    // On the check's own thread: if nobody weighs, nobody else can say so.
    string? LookAtThreads()
    {
        if (poker.IsUnweighed && Interlocked.Exchange(ref saidUnweighed, 1) == 0)
            Say("threads: the thread that weighs results has stopped", DateTime.UtcNow);
        long late = poker.TakeLateness();
        return late > options.Timeout * 1000L / 3 ? string.Create(CultureInfo.InvariantCulture, $"the timer's thread woke {late} ms late") : null;
    }

    async Task RestartAsync(CheckState state)
    {
        WatchdogLog.Restarts(logger, ConsoleService, state.Rule.Name, state.Fault ?? "");
        string? fault;
        try
        {
            fault = await life.RestartAsync(ConsoleService).ConfigureAwait(false);
        }
        catch (Exception e) // nobody waits for this task
        {
            fault = e.Message;
        }
        if (fault is not null)
            WatchdogLog.CannotRestart(logger, ConsoleService, fault);
    }

    void Sleeps() => Quietly("the timer was not given back before the host sleeps", () =>
    {
        poker.Pause();
        if (slot.GiveBack() is < 0 and var errno)
            throw new PosixException("stop the watchdog timer", -errno);
        WatchdogLog.Sleeps(logger, slot.Number);
    });

    void Wakes() => Quietly("the timer was not taken again after the host's sleep", () =>
    {
        if (ended.IsSet)
            return; // it was given back for good
        try
        {
            slot.Take(options.Timeout);
            WatchdogLog.Wakes(logger, slot.Number);
        }
        finally
        {
            poker.Resume();
        }
    });

    string? TellLastReset()
    {
        if (lastWords.TakeOver() is { } words)
            WatchdogLog.WasReset(logger, words.Time, words.Reason);
        return lastWords.OfThisBoot();
    }

    // Which checks were well once is known to the next process, too.
    HashSet<string> WereWell()
    {
        string file = Path.Combine(options.RunFolder, WellFile);
        return Quietly("which checks were well before is not known", () => File.Exists(file) ? File.ReadAllLines(file).ToHashSet(StringComparer.Ordinal) : null) ?? [];
    }

    void KeepWell()
    {
        int well = health.Checks.Count(check => check.WasWell);
        if (well == wellKept)
            return;
        wellKept = well;
        Quietly("which checks were well is not kept", () => File.WriteAllLines(Path.Combine(options.RunFolder, WellFile), health.Checks.Where(check => check.WasWell).Select(check => check.Rule.Name)));
    }

    string Modes() => health.Checks.Count == 0 ? "none" : string.Join(", ", health.Checks.GroupBy(check => check.Rule.Tier == Tier.Warning ? CheckMode.Report : check.Setting.Mode)
        .Select(group => $"{(group.Key == CheckMode.Enforce ? "enforced" : "reported")} {string.Join(' ', group.Select(check => check.Rule.Name))}"));

    // A thread's own connection to the hypervisor.
    Inquiry Inquire() => Hypervisor.OpenInquiry(options.Hypervisor);

    ICheck Make(CheckRule rule)
    {
        if (rule == Rules.StoreSocket)
            return new StoreSocketCheck(Inquire().Domains);
        if (rule == Rules.StoreRing)
            return new StoreRingCheck();
        if (rule == Rules.Hypercall)
            return new HypercallCheck(Inquire().Host);
        if (rule == Rules.Fork)
            return new ForkCheck();
        if (rule == Rules.Root)
            return new RootCheck(options.StateFolder);
        if (rule == Rules.Threads)
            return new ThreadsCheck(LookAtThreads);
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

    // What goes wrong beside the timer is said once, and the timer goes on.
    void Quietly(string what, Action action) => Quietly<object?>(what, () =>
    {
        action();
        return null;
    });

    T? Quietly<T>(string what, Func<T?> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) // whatever it is
        {
            Lacks(what, e is PosixException or IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException ? e.Message : e.ToString());
            return default;
        }
    }

    void Lacks(string what, string reason)
    {
        lock (told)
            if (!told.Add(what + reason))
                return;
        WatchdogLog.Lacks(logger, what, reason);
    }

    T Own<T>(T what) where T : IDisposable
    {
        owned.Add(what);
        return what;
    }
}
