using Xen.Linux.Loop;

namespace XenStored.Connections.Transports;

/// <summary>
/// Looks for room in a ring whose guest has output waiting. MiniOS never tells that it has read, so such a ring is looked at without being
/// told: after a tenth of a second, and after twice as long each time that its guest has read nothing, up to a second. While nothing waits
/// there is no timer.
/// </summary>
/// <param name="loop">The loop that keeps the time.</param>
/// <param name="look">Looks at the ring, and tells by <see cref="Note"/> what came of it.</param>
sealed class RoomPoll(EventLoop loop, Action look)
{
    /// <summary>Milliseconds until the first look.</summary>
    internal const int FirstPauseMs = 100;

    /// <summary>Most milliseconds between two looks: what a guest that never reads costs.</summary>
    internal const int LongestPauseMs = 1000;

    readonly LoopTimer timer = new(loop, look);
    int pause;

    /// <summary>An attempt to write to the ring is over.</summary>
    /// <param name="isWaiting">There was no room for all.</param>
    /// <param name="hasRead">The guest has made room since the last attempt.</param>
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
