using System.Diagnostics;
using Xen.Linux;

namespace XenWatchdog.Timer;

/// <summary>
/// Kicks the timer, on a thread that does nothing else, allocates nothing and is scheduled before others. Others decide whether it may
/// kick, and do everything that takes time.
/// </summary>
/// <param name="timeout">The time that each kick gives the timer, in seconds.</param>
/// <param name="sleep">From one kick to the next, in seconds.</param>
/// <param name="patience">
/// How long <see cref="Evaluated"/> may lie back before the timer is left alone, in milliseconds; 0: any time.
/// </param>
sealed class Kicker(WatchdogTimer timer, uint timeout, uint sleep, long patience) : IDisposable
{
    const int Held = 1;
    const int Soon = 250; // until it is looked again whether the timer may be kicked, in ms

    readonly ManualResetEventSlim wake = new();
    readonly ManualResetEventSlim stopped = new();
    volatile bool isEnding, isPaused, isStarted;
    volatile string? resetReason;
    long kicked, evaluated, worstLateness, latestLateness;
    int fault;

    /// <summary>When it was last kicked, by Environment.TickCount64.</summary>
    internal long Kicked => Volatile.Read(ref kicked);

    /// <summary>By how many milliseconds the thread woke too late at worst.</summary>
    internal long WorstLateness => Volatile.Read(ref worstLateness);

    /// <summary>The same since it was last asked.</summary>
    internal long TakeLateness() => Interlocked.Exchange(ref latestLateness, 0);

    /// <summary>Results have not been evaluated for longer than the timer's thread is willing to wait.</summary>
    internal bool IsUnevaluated => patience > 0 && Environment.TickCount64 - Volatile.Read(ref evaluated) > patience;

    /// <summary>The timer was given back for the host's sleep.</summary>
    internal bool IsPaused => isPaused;

    /// <summary>What the hypervisor answered last: 0 or minus an errno.</summary>
    internal int Fault => Volatile.Read(ref fault);

    /// <summary>Why the timer is not kicked any more; null as long as it is.</summary>
    internal string? ResetReason
    {
        get => resetReason;
        set => resetReason = value;
    }

    /// <summary>The results of checks were evaluated just now: the thread that does it is alive.</summary>
    internal void Evaluated() => Volatile.Write(ref evaluated, Environment.TickCount64);

    /// <summary>What keeps the thread from being scheduled as it should; empty if nothing does.</summary>
    internal string Unscheduled { get; private set; } = "";

    /// <summary>The timer was taken just now; begins to kick it.</summary>
    internal void Start()
    {
        Volatile.Write(ref kicked, Environment.TickCount64);
        Evaluated();
        var started = new ManualResetEventSlim();
        new Thread(() => Run(started)) { IsBackground = true, Name = "watchdog timer", Priority = ThreadPriority.Highest }.Start();
        isStarted = true;
        started.Wait();
    }

    /// <summary>No more kicks until <see cref="Resume"/>: the timer was given back for the host's sleep.</summary>
    internal void Pause() => isPaused = true;

    /// <summary>The timer was taken again just now.</summary>
    internal void Resume()
    {
        Volatile.Write(ref kicked, Environment.TickCount64);
        isPaused = false;
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        isEnding = true;
        wake.Set();
        if (isStarted)
            stopped.Wait();
    }

    void Run(ManualResetEventSlim started)
    {
        Unscheduled = Realtime.Schedule() is > 0 and var errno ? new PosixException("be scheduled before others", errno).Message : "";
        started.Set();
        long pause = sleep * 1000L;
        while (!isEnding)
        {
            long due = Stopwatch.GetTimestamp() + pause * Stopwatch.Frequency / 1000;
            wake.Wait((int)pause);
            if (isEnding)
                break;
            long late = (Stopwatch.GetTimestamp() - due) * 1000 / Stopwatch.Frequency;
            if (late > Volatile.Read(ref latestLateness))
                Volatile.Write(ref latestLateness, late);
            if (late > worstLateness)
                Volatile.Write(ref worstLateness, late);
            int result = isPaused || resetReason is not null || IsUnevaluated ? Held : timer.Arm(timeout);
            // What was left alone is looked at again soon: a whole pause later the timer may have run out.
            pause = result == 0 ? sleep * 1000L : Soon;
            if (result == Held)
                continue;
            Volatile.Write(ref fault, result);
            if (result == 0)
                Volatile.Write(ref kicked, Environment.TickCount64);
        }
        stopped.Set();
    }
}
