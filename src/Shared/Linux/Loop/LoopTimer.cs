namespace Xen.Linux.Loop;

/// <summary>
/// Something that a loop does later, once for each time that it is set. Setting, moving and cancelling allocate nothing, so whoever needs a
/// time again and again makes one timer and keeps it. Like all of a loop it belongs to the loop's thread.
/// </summary>
/// <param name="loop">The loop that runs it.</param>
/// <param name="action">What is done when the time has come. It may set the timer again.</param>
public sealed class LoopTimer(EventLoop loop, Action action)
{
    /// <summary>Whether its time is still to come.</summary>
    public bool IsSet => Place > 0;

    /// <summary>When it is due, in milliseconds of <see cref="EventLoop.Now"/>. It means nothing while the timer is not set.</summary>
    public long Due { get; internal set; }

    /// <summary>
    /// Its place in the heap, from 1 on; 0 while it is not set. The heap alone writes this, <see cref="Due"/> and <see cref="Order"/>.
    /// </summary>
    internal int Place { get; set; }

    /// <summary>Of two timers that are due at the same time, the one that was set first has the smaller number.</summary>
    internal long Order { get; set; }

    /// <summary>Sets the timer, or moves it to another time. A time that has passed means the next iteration.</summary>
    /// <param name="when">Milliseconds of <see cref="EventLoop.Now"/>.</param>
    public void At(long when) => loop.Timers.Set(this, Math.Max(when, loop.Now));

    /// <summary>Takes the time back: nothing happens until the timer is set again.</summary>
    public void Cancel() => loop.Timers.Remove(this);

    internal void Run() => action();
}
