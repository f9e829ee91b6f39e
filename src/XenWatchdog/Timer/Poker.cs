using System.Diagnostics;
using Xen.Posix;

namespace XenWatchdog.Timer;

/// <summary>
/// Winds the timer up, on a thread that does nothing else, allocates nothing and is scheduled before others. Whether it may is told from outside, and
/// so is everything that takes time.
/// </summary>
/// <param name="timeout">With which it is wound up, in seconds.</param>
/// <param name="sleep">Time from one winding to the next, in seconds.</param>
/// <param name="patience">How many milliseconds <see cref="Weighed"/> may lie back before the timer is left alone; 0: any time.</param>
sealed class Poker(Slot slot, uint timeout, uint sleep, long patience) : IDisposable
{
    const int Held = 1;
    const int Soon = 250; // until it is looked again whether the timer may be wound up, in ms

    readonly ManualResetEventSlim wake = new();
    readonly ManualResetEventSlim stopped = new();
    volatile bool isEnding, isPaused, isStarted;
    volatile string? doom;
    long poked, weighed, worstLateness, latestLateness;
    int fault;

    /// <summary>When it was last wound up, by Environment.TickCount64.</summary>
    internal long Poked => Volatile.Read(ref poked);

    /// <summary>By how many milliseconds the thread woke too late at worst.</summary>
    internal long WorstLateness => Volatile.Read(ref worstLateness);

    /// <summary>The same since it was last asked.</summary>
    internal long TakeLateness() => Interlocked.Exchange(ref latestLateness, 0);

    /// <summary>Who weighs results has not done so for as long as the timer's thread is willing to wait.</summary>
    internal bool IsUnweighed => patience > 0 && Environment.TickCount64 - Volatile.Read(ref weighed) > patience;

    /// <summary>The timer was given back for the host's sleep.</summary>
    internal bool IsPaused => isPaused;

    /// <summary>What the hypervisor answered last: 0 or minus an errno.</summary>
    internal int Fault => Volatile.Read(ref fault);

    /// <summary>Why the timer is not wound up any more; null as long as it is.</summary>
    internal string? Doom
    {
        get => doom;
        set => doom = value;
    }

    /// <summary>The results of checks were weighed just now: who does that lives.</summary>
    internal void Weighed() => Volatile.Write(ref weighed, Environment.TickCount64);

    /// <summary>What keeps the thread from being scheduled as it should; empty if nothing does.</summary>
    internal string Unscheduled { get; private set; } = "";

    /// <summary>The timer was taken just now; begins to wind it up.</summary>
    internal void Start()
    {
        Volatile.Write(ref poked, Environment.TickCount64);
        Weighed();
        var started = new ManualResetEventSlim();
        new Thread(() => Run(started)) { IsBackground = true, Name = "watchdog timer", Priority = ThreadPriority.Highest }.Start();
        isStarted = true;
        started.Wait();
    }

    /// <summary>No more winding until <see cref="Resume"/>: the timer was given back for the host's sleep.</summary>
    internal void Pause() => isPaused = true;

    /// <summary>The timer was taken again just now.</summary>
    internal void Resume()
    {
        Volatile.Write(ref poked, Environment.TickCount64);
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
            int result = isPaused || doom is not null || IsUnweighed ? Held : slot.Arm(timeout);
            // What was left alone is looked at again soon: a whole pause later the timer may have run out.
            pause = result == 0 ? sleep * 1000L : Soon;
            if (result == Held)
                continue;
            Volatile.Write(ref fault, result);
            if (result == 0)
                Volatile.Write(ref poked, Environment.TickCount64);
        }
        stopped.Set();
    }
}
