using System.Diagnostics;

namespace Xen.Linux.Loop;

/// <summary>
/// A loop with one thread and one epoll. An iteration waits, calls each ready handler once, runs the actions that other threads posted, and
/// runs the timers that are due. Then its owner ends the iteration: the owner commits what the iteration did and sends the results. An
/// exception in an iteration ends the loop, because the daemon's state may be wrong after it.
/// </summary>
public sealed class EventLoop : IDisposable
{
    readonly Func<long> clock, fineClock;
    readonly Epoll epoll = new();
    readonly FileDescriptor wake = FileDescriptor.EventCounter();
    readonly Lock postLock = new();
    List<Action> posted = [];
    List<Action> running = [];
    IReadyHandler?[] handlers = new IReadyHandler?[64];
    uint[] ages = new uint[64];
    Lookout lookout = new(0);
    IPolled? polled;
    bool expectsMore;
    volatile bool stopping;

    /// <summary>Makes a loop that watches nothing yet.</summary>
    /// <param name="clock">Returns milliseconds that never go back. Null: the system's clock. A test may give its own.</param>
    /// <param name="fineClock">The same in nanoseconds, by which looks before a sleep are measured.</param>
    public EventLoop(Func<long>? clock = null, Func<long>? fineClock = null)
    {
        this.clock = clock ?? (() => Environment.TickCount64);
        this.fineClock = fineClock ?? Stopwatch.GetTimestamp; // on Linux its ticks are nanoseconds
        Now = this.clock();
        epoll.Add(wake.Number, 0, Readiness.Read);
    }

    /// <summary>How often the loop has looked before it slept, and how often it found nothing.</summary>
    public (long All, long InVain) Looks => (lookout.Looks, lookout.InVain);

    /// <summary>Monotonic milliseconds. The loop reads the clock once in each iteration.</summary>
    public long Now { get; private set; }

    internal TimerHeap Timers { get; } = new();

    /// <summary>Runs an action once, at a time. The caller can move or cancel the timer that this returns.</summary>
    /// <param name="when">Milliseconds of <see cref="Now"/>. A time that has passed means the next iteration.</param>
    /// <param name="action">Runs on the loop's thread. It must not block.</param>
    public LoopTimer At(long when, Action action)
    {
        var timer = new LoopTimer(this, action);
        timer.At(when);
        return timer;
    }

    /// <summary>
    /// Has the loop look for a while at its descriptors and at shared memory before it sleeps, in iterations that call
    /// <see cref="ExpectMore"/> and where <see cref="Lookout"/> expects that to pay.
    /// </summary>
    /// <param name="microseconds">The longest look; 0: none.</param>
    /// <param name="memory">The memory. It learns of each sleep, also if there are no looks.</param>
    public void LookBeforeSleep(int microseconds, IPolled memory) => (lookout, polled) = (new(microseconds), memory);

    /// <summary>In this iteration somebody was served who may want more in a moment.</summary>
    public void ExpectMore() => expectsMore = true;

    /// <summary>Begins to watch a descriptor.</summary>
    /// <exception cref="PosixException">The kernel refuses.</exception>
    public void Watch(FileDescriptor descriptor, Readiness interest, IReadyHandler handler)
    {
        int number = descriptor.Number;
        if (number >= handlers.Length)
        {
            int length = Math.Max(number + 1, handlers.Length * 2);
            Array.Resize(ref handlers, length);
            Array.Resize(ref ages, length);
        }
        handlers[number] = handler;
        epoll.Add(number, ++ages[number], interest);
    }

    /// <summary>Changes the readiness for which a descriptor is watched.</summary>
    public void Change(FileDescriptor descriptor, Readiness interest) =>
        epoll.Change(descriptor.Number, ages[descriptor.Number], interest);

    /// <summary>Stops watching a descriptor. Call this before the descriptor is closed.</summary>
    public void Forget(FileDescriptor descriptor)
    {
        epoll.Remove(descriptor.Number);
        handlers[descriptor.Number] = null;
    }

    /// <summary>Runs an action on the loop's thread soon. Any thread may call this.</summary>
    public void Post(Action action)
    {
        lock (postLock)
            posted.Add(action);
        wake.AddOne();
    }

    /// <summary>Ends <see cref="Run"/> after the current iteration. Any thread may call this.</summary>
    public void Stop() => Post(() => stopping = true);

    /// <summary>Runs iterations until <see cref="Stop"/>.</summary>
    /// <param name="end">Ends an iteration. If it returns true, there is more to do, and the next iteration does not wait.</param>
    public void Run(Func<bool> end)
    {
        bool hasMore = true;
        while (!stopping)
            hasMore = Iterate(mayWait: !hasMore, end);
    }

    /// <summary>Runs one iteration, as <see cref="Run"/> does. Returns whether there is more to do at once.</summary>
    /// <param name="mayWait">Whether it may wait until something is ready or a timer is due.</param>
    /// <param name="end">Ends the iteration, and returns what this method returns.</param>
    public bool Iterate(bool mayWait, Func<bool> end)
    {
        var ready = Wait(mayWait);
        Now = clock();
        Span<byte> count = stackalloc byte[8];
        for (int i = 0; i < ready.Length; i++)
        {
            var (number, age, readiness) = Epoll.Read(ready[i]);
            if (number == wake.Number)
                _ = wake.Read(count); // the count has no meaning
            else if (ages[number] == age) // else the descriptor was closed and its number used again earlier in this iteration
                handlers[number]?.Ready(readiness);
        }
        RunPosted();
        Timers.RunDue(Now);
        return end();
    }

    ReadOnlySpan<Libc.EpollEvent> Wait(bool mayWait)
    {
        bool mayLook = mayWait && expectsMore && lookout.IsOn && !(Timers.Next <= Now);
        expectsMore = false;
        if (!mayLook)
            return epoll.Wait(polled?.Rest() is not true && mayWait ? Timers.Next - Now : 0);
        if (lookout.Begins(fineClock()))
        {
            do
            {
                var ready = epoll.Wait(0);
                bool hasNews = polled!.Look(); // in each look: descriptors that are always ready must not hide the memory
                if (!hasNews && ready.IsEmpty)
                    continue;
                lookout.Found(fineClock());
                return ready;
            }
            while (lookout.GoesOn(fineClock()));
            lookout.Failed(fineClock());
            Now = clock();
        }
        var woken = epoll.Wait(polled!.Rest() ? 0 : Timers.Next - Now);
        lookout.Woke(fineClock());
        return woken;
    }

    void RunPosted()
    {
        lock (postLock)
        {
            if (posted.Count == 0)
                return;
            (posted, running) = (running, posted);
        }
        foreach (var action in running)
            action();
        running.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        wake.Dispose();
        epoll.Dispose();
    }
}
