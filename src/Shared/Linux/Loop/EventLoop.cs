namespace Xen.Linux.Loop;

/// <summary>
/// One thread, one epoll. An iteration waits, tells each ready handler once, runs what other threads posted and the timers that are due,
/// and then lets its owner end it: there the owner commits what the iteration did and sends what it owes. An exception in an iteration
/// ends the loop: a half-dead loop would be worse than a dead process.
/// </summary>
public sealed class EventLoop : IDisposable
{
    readonly Func<long> clock;
    readonly Epoll epoll = new();
    readonly FileDescriptor wake = FileDescriptor.EventCounter();
    readonly Lock postLock = new();
    List<Action> posted = [];
    List<Action> running = [];
    IReadyHandler?[] handlers = new IReadyHandler?[64];
    uint[] ages = new uint[64];
    volatile bool stopping;

    /// <summary>A loop that watches nothing yet.</summary>
    /// <param name="clock">Milliseconds that never go back; the system's, if none is given. A test may give its own.</param>
    public EventLoop(Func<long>? clock = null)
    {
        this.clock = clock ?? (() => Environment.TickCount64);
        Now = this.clock();
        epoll.Add(wake.Number, 0, Readiness.Read);
    }

    /// <summary>Monotonic milliseconds, taken once an iteration.</summary>
    public long Now { get; private set; }

    internal TimerHeap Timers { get; } = new();

    /// <summary>Does something once, when a time has come; the timer that is answered can be moved and cancelled.</summary>
    /// <param name="when">Milliseconds of <see cref="Now"/>; a time that has passed means the next iteration.</param>
    /// <param name="action">Runs on the loop's thread; must not block.</param>
    public LoopTimer At(long when, Action action)
    {
        var timer = new LoopTimer(this, action);
        timer.At(when);
        return timer;
    }

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

    /// <summary>Changes what a watched descriptor is watched for.</summary>
    public void Change(FileDescriptor descriptor, Readiness interest) =>
        epoll.Change(descriptor.Number, ages[descriptor.Number], interest);

    /// <summary>Stops watching; to be called before the descriptor is closed.</summary>
    public void Forget(FileDescriptor descriptor)
    {
        epoll.Remove(descriptor.Number);
        handlers[descriptor.Number] = null;
    }

    /// <summary>Runs an action on the loop's thread, soon. May be called from any thread.</summary>
    public void Post(Action action)
    {
        lock (postLock)
            posted.Add(action);
        _ = wake.Write([1, 0, 0, 0, 0, 0, 0, 0]); // EAGAIN: the counter is full, so the loop is awake anyway
    }

    /// <summary>Ends <see cref="Run"/> after the current iteration. May be called from any thread.</summary>
    public void Stop() => Post(() => stopping = true);

    /// <summary>Runs iterations until <see cref="Stop"/>.</summary>
    /// <param name="end">Ends an iteration. It answers whether there is more to do at once; then the next one does not wait.</param>
    public void Run(Func<bool> end)
    {
        bool hasMore = true;
        while (!stopping)
            hasMore = Iterate(mayWait: !hasMore, end);
    }

    /// <summary>One iteration, as <see cref="Run"/> makes them; answers whether there is more to do at once.</summary>
    /// <param name="mayWait">Whether it waits until something is ready or a timer is due.</param>
    /// <param name="end">Ends the iteration.</param>
    public bool Iterate(bool mayWait, Func<bool> end)
    {
        var ready = epoll.Wait(mayWait ? Timers.Next - Now : 0);
        Now = clock();
        Span<byte> count = stackalloc byte[8];
        for (int i = 0; i < ready.Length; i++)
        {
            var (number, age, readiness) = Epoll.Read(ready[i]);
            if (number == wake.Number)
                _ = wake.Read(count); // what it counted does not matter
            else if (ages[number] == age) // else: closed, and its number taken anew, earlier in this very iteration
                handlers[number]?.Ready(readiness);
        }
        RunPosted();
        Timers.RunDue(Now);
        return end();
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
