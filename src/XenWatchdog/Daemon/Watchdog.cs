using Microsoft.Extensions.Hosting.Systemd;
using Xen.Client;
using Xen.Hosting;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using XenWatchdog.Checks;
using XenWatchdog.Evaluation;
using XenWatchdog.Host;
using XenWatchdog.Timer;

namespace XenWatchdog.Daemon;

/// <summary>
/// The whole watchdog: a thread that kicks the timer, a thread for each check, and a thread that evaluates the results. Everything that may
/// hang has a thread of its own, so that a hang is a result. Failures in these threads are logged, and end no process that a host needs.
/// </summary>
sealed class Watchdog : IDisposable
{
    readonly WatchdogOptions options;
    readonly ISystemdNotifier notifier;
    readonly ILogger logger;
    readonly FaultLog faults;
    readonly ResetRecord record;
    readonly WatchdogTimer timer;
    readonly Kicker kicker;
    readonly ResetAnnouncer announcer;
    readonly SleepGuard sleep;
    readonly HostLife life;
    readonly Health health;
    readonly HostReset reset;
    readonly TimerCare care;
    readonly WellChecks wellChecks;
    readonly bool isHost;
    IReadOnlyList<CheckRunner> runners = [];
    WatchdogStatus? status;
    Evaluator? evaluator;

    /// <exception cref="PosixException">The hypervisor cannot be reached.</exception>
    internal Watchdog(WatchdogOptions options, ISystemdNotifier notifier, ILogger logger)
    {
        (this.options, this.notifier, this.logger) = (options, notifier, logger);
        faults = new(logger);
        if (Realtime.LockMemory() is > 0 and var errno)
            faults.Report("the daemon is not locked in memory", new PosixException("mlockall", errno).Message);
        record = new(options.StateFolder);
        var inquiry = HypervisorChoice.OpenInquiry(options.Hypervisor);
        isHost = inquiry.Host.Physical(out _) != -Errno.EPERM; // the hypervisor gives a guest no facts about the machine
        wellChecks = new WellChecks(options.RunFolder, faults);
        health = new(options.Checks(isHost), wellChecks.Read(), Restartable());
        var decision = new ResetDecision(faults.Guard("the records of earlier resets cannot be read", ReasonOfThisBoot));
        timer = new(inquiry.WatchdogTimer, options.RunFolder);
        // Without this limit, enforced checks would never reset the host if results were not evaluated any more.
        long patience = health.ResetsFor(Rules.Threads) ? (long)(options.Within + options.Every).TotalMilliseconds : 0;
        kicker = new(timer, options.Timeout, options.Sleep, patience) { ResetReason = decision.Reason };
        announcer = new(record, kicker, options.Timeout, options.Hypervisor, faults, logger);
        reset = new(decision, health, kicker, announcer);
        care = new(timer, kicker, faults, logger);
        sleep = new(timer, kicker, options.Timeout, faults, logger);
        life = new(sleep.GiveBack, sleep.TakeAgain, reason => faults.Report("the daemon gets no notice of a sleep of the host", reason));
    }

    /// <summary>Takes the timer, starts the threads, and reports that the daemon is ready.</summary>
    /// <exception cref="PosixException">No timer is available.</exception>
    internal void Start()
    {
        timer.Take(options.Timeout);
        bool isStarted = false;
        try
        {
            StartThreads();
            isStarted = true;
        }
        finally
        {
            if (!isStarted)
                timer.GiveBack(); // a daemon that cannot run must not reset the host
        }
    }

    /// <summary>Ends the watchdog. Options and the host's state decide whether it gives the timer back or leaves it running.</summary>
    /// <param name="givesBack">Somebody has asked to give the timer back.</param>
    internal void End(bool givesBack)
    {
        sleep.End();
        evaluator?.End();
        kicker.Dispose();
        life.HearNoMore();
        // Arms the timer for the shutdown first, because a bus may hang.
        if (timer.Arm(options.ShutdownBudget) is < 0 and var errno)
            WatchdogLog.CannotArm(logger, new PosixException("arm the watchdog timer", -errno).Message);
        bool goesDown = life.GoesDown();
        if (!timer.IsGivenBack && (goesDown || !(givesBack || options.EndsSafely)))
            WatchdogLog.LeavesRunning(logger, timer.Number, options.ShutdownBudget);
        else if (timer.GiveBack() is < 0 and var fault)
            WatchdogLog.CannotGiveBack(logger, timer.Number, new PosixException("stop the watchdog timer", -fault).Message);
        else
            WatchdogLog.GivesBack(logger, timer.Number);
        if (kicker.ResetReason is not null && (goesDown || givesBack))
            faults.Guard("the reset record is not withdrawn", record.Withdraw); // the host goes down normally, or stays up
        status?.Remove();
    }

    public void Dispose()
    {
        foreach (var runner in runners)
            runner.Dispose();
        kicker.Dispose();
        life.Dispose();
        announcer.Dispose();
    }

    void StartThreads()
    {
        kicker.Start(); // first, because a timer that an earlier process left runs out soon
        if (timer.UnreadLeft is { } fault)
            faults.Report("a timer that an earlier process may have left is not known; it resets the host when it runs out", fault);
        if (kicker.Unscheduled.Length > 0)
            faults.Report("the timer's thread has no priority over others", kicker.Unscheduled);
        var context = new CheckContext(options.Hypervisor, options.StateFolder, options.LeastMemory, options.Timeout, kicker, announcer);
        runners = [.. from state in health.Checks select Runner(state, context)];
        status = new(options, timer, kicker, health, isHost, record);
        evaluator = new(new(runners, health, Restartable, wellChecks, life, faults, logger), reset, care, status, notifier, faults);
        announcer.Start();
        string adopted = timer.IsAdopted ? ", which an earlier process left" : "";
        WatchdogLog.Started(logger, DaemonHost.Version, timer.Number, options.Timeout, options.Sleep, adopted, Modes());
        foreach (var runner in runners)
            runner.Start();
        faults.Guard("the status is not written", status.Write); // it must exist when the daemon reports that it is ready
        evaluator.Start();
        life.Start(); // a bus may hang
        DaemonHost.TellReady(notifier);
    }

    // Our store has what it knows in a file and goes on with it. Another one is empty after a restart: for guests a reset is better.
    static HashSet<string> Restartable() =>
        File.Exists(StoreClient.DefaultSocket + ".store") ? [Rules.ConsoleService, Rules.StoreService] : [Rules.ConsoleService];

    string? ReasonOfThisBoot()
    {
        if (record.TakeOver() is { } last)
            WatchdogLog.WasReset(logger, last.Time, last.Reason);
        return record.OfThisBoot();
    }

    CheckRunner Runner(CheckState state, CheckContext context)
    {
        var row = Rules.All.First(row => row.Rule == state.Rule);
        return new(row.Make(context), state, options.Every * state.Rule.Rounds, options.Within);
    }

    string Modes() =>
        health.Checks.Count == 0 ? "none"
        : string.Join(", ", from check in health.Checks
                            group check.Rule.Name by check.Mode into same
                            select $"{(same.Key == CheckMode.Enforce ? "enforced" : "reported")} {string.Join(' ', same)}");
}
