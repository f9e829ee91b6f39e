using System.Diagnostics;
using Xen.Linux;

namespace XenWatchdog.Timer;

/// <summary>
/// Kicks the timer. Its thread does nothing else, allocates nothing and is scheduled before others. Other threads decide whether it may
/// kick, and do everything that takes time.
/// </summary>
/// <param name="timeout">The time that each kick gives the timer, in seconds.</param>
/// <param name="sleep">Time from one kick to the next, in seconds.</param>
/// <param name="patience">
/// How long ago the last <see cref="Evaluated"/> may be, in milliseconds, before the kicks stop; 0: any time.
/// </param>
sealed class Kicker(WatchdogTimer timer, uint timeout, uint sleep, long patience) : IDisposable
{
    const int Held = 1;
    const int Soon = 250; // pause before the next look whether the timer may be kicked, in ms

    readonly ManualResetEventSlim wake = new();
    readonly ManualResetEventSlim stopped = new();
    volatile bool isEnding, isPaused, isStarted;
    volatile string? resetReason;
    long kicked, evaluated, worstLateness, latestLateness;
    int fault;

    /// <summary>When the timer was last kicked, by Environment.TickCount64.</summary>
    internal long Kicked => Volatile.Read(ref kicked);

    /// <summary>The greatest delay of a wake-up of the thread so far, in milliseconds.</summary>
    internal long WorstLateness => Volatile.Read(ref worstLateness);

    /// <summary>The delays of all wake-ups of the thread so far.</summary>
    internal LatenessCounts Lateness { get; } = new();

    /// <summary>The greatest delay since the last call.</summary>
    internal long TakeLateness() => Interlocked.Exchange(ref latestLateness, 0);

    /// <summary>Results have not been evaluated for longer than the kicks may go on without that.</summary>
    internal bool IsUnevaluated => patience > 0 && Environment.TickCount64 - Volatile.Read(ref evaluated) > patience;

    /// <summary>The timer was given back for the host's sleep.</summary>
    internal bool IsPaused => isPaused;

    /// <summary>The hypervisor's last answer: 0 or minus an errno.</summary>
    internal int Fault => Volatile.Read(ref fault);

    /// <summary>Why the timer is not kicked any more; null while it is kicked.</summary>
    internal string? ResetReason
    {
        get => resetReason;
        set => resetReason = value;
    }

    /// <summary>Results were evaluated just now, so the thread that does it is alive.</summary>
    internal void Evaluated() => Volatile.Write(ref evaluated, Environment.TickCount64);

    /// <summary>Why the thread is not scheduled as it should be; empty if it is.</summary>
    internal string Unscheduled { get; private set; } = "";

    /// <summary>Begins to kick the timer, which was taken just now.</summary>
    internal void Start()
    {
        Volatile.Write(ref kicked, Environment.TickCount64);
        Evaluated();
        var started = new ManualResetEventSlim();
        new Thread(() => Run(started)) { IsBackground = true, Name = "watchdog timer", Priority = ThreadPriority.Highest }.Start();
        isStarted = true;
        started.Wait();
    }

    /// <summary>Stops the kicks until <see cref="Resume"/>: the timer was given back for the host's sleep.</summary>
    internal void Pause() => isPaused = true;

    /// <summary>Kicks again: the timer was taken again just now.</summary>
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
            Lateness.Add(late);
            if (late > Volatile.Read(ref latestLateness))
                Volatile.Write(ref latestLateness, late);
            if (late > worstLateness)
                Volatile.Write(ref worstLateness, late);
            int result = isPaused || resetReason is not null || IsUnevaluated ? Held : timer.Arm(timeout);
            // A timer that was not kicked is looked at again soon: after a whole pause it may have run out.
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
