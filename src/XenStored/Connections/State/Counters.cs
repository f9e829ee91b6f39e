using Xen.Protocol.Wire;
using XenStored.Commands;

namespace XenStored.Connections.State;

/// <summary>The counts of one connection, for the status.</summary>
sealed class Counters
{
    internal long Requests, Writes, Errors, Again, BytesIn, BytesOut, Events, EventsMerged, EventsExpired, Throttled;

    long throttledSince = NotNow, throttledTime;

    const long NotNow = -1;

    /// <summary>Counts a request, before it is served. A write is one that would change nodes, also in a transaction.</summary>
    internal void Count(MessageType type)
    {
        Requests++;
        if (CommandTable.Find(type) is { IsOfNodes: true, IsWrite: true })
            Writes++;
    }

    /// <summary>The client is not read from now on, because it has written too much.</summary>
    /// <param name="now">Monotonic milliseconds.</param>
    internal void BeginThrottled(long now)
    {
        Throttled++;
        if (throttledSince == NotNow)
            throttledSince = now;
    }

    /// <summary>The client is read again. Returns for how many milliseconds it was not; 0 if it was not throttled.</summary>
    internal long EndThrottled(long now)
    {
        if (throttledSince == NotNow)
            return 0;
        long time = now - throttledSince;
        throttledTime += time;
        throttledSince = NotNow;
        return time;
    }

    /// <summary>For how many milliseconds it was not read so far, up to now.</summary>
    internal long ThrottledTime(long now) => throttledTime + ThrottledNow(now);

    /// <summary>For how many milliseconds it has not been read now; 0 if it is read.</summary>
    internal long ThrottledNow(long now) => throttledSince == NotNow ? 0 : now - throttledSince;
}
