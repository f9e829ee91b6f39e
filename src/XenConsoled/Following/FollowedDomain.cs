using Xen.Client;
using XenConsoled.Core;

namespace XenConsoled.Following;

/// <summary>A domain whose keys are followed over one connection. Only the session's worker uses what does not say otherwise.</summary>
sealed class FollowedDomain(ushort domid)
{
    int isQueued;
    volatile bool isForgotten;

    internal ConsoleId Pv => new(domid, ConsoleKind.Pv);
    internal ConsoleId Vuart => new(domid, ConsoleKind.Vuart);

    /// <summary>The node of its name.</summary>
    internal string NameNode => $"/local/domain/{domid}/name";

    /// <summary>The watches of its name and its console; null while the store has not got them.</summary>
    internal StoreWatcher? NameWatch { get; set; }
    internal StoreWatcher? ConsoleWatch { get; set; }

    /// <summary>What the store reports of it is heard: all of its watches are set, or nearly.</summary>
    internal bool IsHeard { get; set; }

    /// <summary>The store refused the last request about it.</summary>
    internal bool IsRefused { get; set; }

    /// <summary>Nobody follows it any more. Set on the loop's thread, for good; any thread may ask.</summary>
    internal bool IsForgotten
    {
        get => isForgotten;
        set => isForgotten = value;
    }

    /// <summary>Whether it came into the worker's queue now. If it waits there already, that is enough. Any thread may ask.</summary>
    internal bool Queues() => Interlocked.Exchange(ref isQueued, 1) == 0;

    /// <summary>The worker has taken it from the queue. What is reported from now on queues it again.</summary>
    internal void Taken() => Interlocked.Exchange(ref isQueued, 0);
}
