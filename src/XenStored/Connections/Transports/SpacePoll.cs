using Xen.Linux.Loop;

namespace XenStored.Connections.Transports;

/// <summary>
/// Looks for space in a ring while output waits for its guest. MiniOS does not notify when it has read, so this looks at the ring without a
/// notification: after a tenth of a second, and after twice as long each time that the guest has read nothing, up to a second. While
/// nothing waits there is no timer.
/// </summary>
/// <param name="loop">The loop with the timer.</param>
/// <param name="look">Looks at the ring, and reports the result by <see cref="Note"/>.</param>
sealed class SpacePoll(EventLoop loop, Action look)
{
    /// <summary>Milliseconds until the first look.</summary>
    internal const int FirstPauseMs = 100;

    /// <summary>The most milliseconds between two looks, which is the pause for a guest that never reads.</summary>
    internal const int LongestPauseMs = 1000;

    readonly LoopTimer timer = new(loop, look);
    int pause;

    /// <summary>An attempt to write to the ring is over.</summary>
    /// <param name="isWaiting">There was not enough space for all bytes.</param>
    /// <param name="hasRead">The guest has read since the last attempt.</param>
    internal void Note(bool isWaiting, bool hasRead)
    {
        if (!isWaiting)
            End();
        else if (hasRead || !timer.IsSet)
        {
            pause = hasRead || pause == 0 ? FirstPauseMs : Math.Min(2 * pause, LongestPauseMs);
            timer.At(loop.Now + pause);
        }
    }

    /// <summary>Nothing waits any more.</summary>
    internal void End()
    {
        timer.Cancel();
        pause = 0;
    }
}
