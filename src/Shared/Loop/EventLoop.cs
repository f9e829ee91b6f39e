using Xen.Posix;

namespace Xen.Loop;

/// <summary>What a descriptor is ready for (epoll's own bits).</summary>
[Flags]
public enum Readiness : uint
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>There is something to read (EPOLLIN).</summary>
    Read = 1,
    /// <summary>There is room to write (EPOLLOUT).</summary>
    Write = 4,
    /// <summary>An error is pending (EPOLLERR); always watched for.</summary>
    Error = 8,
    /// <summary>The other side is gone (EPOLLHUP); always watched for.</summary>
    HangUp = 16,
}

/// <summary>Someone who waits for a descriptor.</summary>
public interface IReadyHandler
{
    /// <summary>The descriptor is ready. Called on the loop's thread; must not block.</summary>
    void Ready(Readiness readiness);
}

/// <summary>
/// One thread, one epoll, turns. A turn waits, tells each ready handler once, runs what other threads posted, then calls
/// <see cref="TurnEnds"/>, where the owner commits what the turn did and sends what it owes. An exception in a turn ends the loop:
/// a half-dead loop would be worse than a dead process.
/// </summary>
public sealed class EventLoop : IDisposable
{
    const int EventsATurn = 256;

    readonly Epoll epoll = new();
    readonly FileDescriptor wake = FileDescriptor.EventCounter();
    readonly Lock postLock = new();
    List<Action> posted = [];
    List<Action> running = [];
    IReadyHandler?[] handlers = new IReadyHandler?[64];
    uint[] ages = new uint[64];
    volatile bool stopping;

    /// <summary>A loop that watches nothing yet.</summary>
    public EventLoop() => epoll.Add(wake.Number, 0, Readiness.Read);

    /// <summary>Called at the end of each turn; answers how many milliseconds the next wait may last, -1 for ever, 0 not at all.</summary>
    public Func<int> TurnEnds { get; set; } = () => -1;

    /// <summary>Monotonic milliseconds, taken once a turn.</summary>
    public long Now { get; private set; } = Environment.TickCount64;

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

    /// <summary>Ends <see cref="Run"/> after the current turn. May be called from any thread.</summary>
    public void Stop() => Post(() => stopping = true);

    /// <summary>Runs turns until <see cref="Stop"/>.</summary>
    public void Run()
    {
        int patience = 0;
        while (!stopping)
            patience = Turn(patience);
    }

    /// <summary>One turn that waits at most <paramref name="milliseconds"/>; answers how long the next may wait.</summary>
    public int Turn(int milliseconds)
    {
        var ready = epoll.Wait(EventsATurn, milliseconds);
        Now = Environment.TickCount64;
        Span<byte> count = stackalloc byte[8];
        for (int i = 0; i < ready.Length; i++)
        {
            var (number, age, readiness) = Epoll.Read(ready[i]);
            if (number == wake.Number)
                _ = wake.Read(count); // what it counted does not matter
            else if (ages[number] == age) // else: closed, and its number taken anew, earlier in this very turn
                handlers[number]?.Ready(readiness);
        }
        RunPosted();
        return TurnEnds();
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
