using System.Threading.Channels;

namespace XenCommons.Screens;

/// <summary>Changes of what is shown, which any thread may ask for. One loop makes them, one after the other.</summary>
sealed class ChangeQueue
{
    readonly Channel<Action> changes = Channel.CreateUnbounded<Action>();

    /// <summary>Asks for a change. Only what is rare may do so: keys and signals.</summary>
    internal void Add(Action change) => changes.Writer.TryWrite(change);

    /// <summary>
    /// Asks for a change, and waits until it was made. So whoever makes one after the other is no faster than the loop, and never has more
    /// than one in the queue.
    /// </summary>
    internal Task MadeAsync(Action change)
    {
        var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(() =>
        {
            change();
            made.SetResult();
        });
        return made.Task;
    }

    /// <summary>The loop goes on when a task has ended, however it did.</summary>
    internal void WakeAfter(Task task) => task.ContinueWith(_ => Add(() => { }), TaskScheduler.Default);

    /// <summary>The loop: waits for a change, and makes all that there are.</summary>
    internal async Task MakeAsync()
    {
        await changes.Reader.WaitToReadAsync().ConfigureAwait(false);
        while (changes.Reader.TryRead(out var change))
            change();
    }
}
