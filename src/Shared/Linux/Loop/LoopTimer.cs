namespace Xen.Linux.Loop;

/// <summary>
/// An action that a loop runs later, once for each time that the timer is set. Setting, moving and cancelling allocate nothing. So code
/// that needs a timer again and again makes one and keeps it. Only the loop's thread may use a timer.
/// </summary>
/// <param name="loop">The loop that runs it.</param>
/// <param name="action">Runs when the time has come. It may set the timer again.</param>
public sealed class LoopTimer(EventLoop loop, Action action)
{
    /// <summary>Whether its time is still to come.</summary>
    public bool IsSet => Place > 0;

    /// <summary>
    /// When the timer is due, in milliseconds of <see cref="EventLoop.Now"/>. It means nothing while the timer is not set.
    /// </summary>
    public long Due { get; internal set; }

    /// <summary>
    /// The timer's place in the heap, from 1 on; 0 while it is not set. Only the heap writes this, <see cref="Due"/> and
    /// <see cref="Order"/>.
    /// </summary>
    internal int Place { get; set; }

    /// <summary>
    /// Counts the settings of all timers. Of two timers that are due at the same time, the one with the smaller number runs first.
    /// </summary>
    internal long Order { get; set; }

    /// <summary>Sets the timer, or moves it to another time. A time that has passed means the next iteration.</summary>
    /// <param name="when">Milliseconds of <see cref="EventLoop.Now"/>.</param>
    public void At(long when) => loop.Timers.Set(this, Math.Max(when, loop.Now));

    /// <summary>Cancels the timer. Nothing happens until it is set again.</summary>
    public void Cancel() => loop.Timers.Remove(this);

    internal void Run() => action();
}
