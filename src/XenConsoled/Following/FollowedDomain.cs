using Xen.Client;
using XenConsoled.Core;

namespace XenConsoled.Following;

/// <summary>A domain whose keys are followed over one connection. Only the session's worker uses what does not say otherwise.</summary>
sealed class FollowedDomain(ushort domid)
{
    int isQueued;
    volatile bool isForgotten, isToBeRepeated;

    internal ConsoleId Pv => new(domid, ConsoleKind.Pv);
    internal ConsoleId Vuart => new(domid, ConsoleKind.Vuart);

    /// <summary>The node of its name.</summary>
    internal string NameNode => $"/local/domain/{domid}/name";

    /// <summary>The watch of its name; null while the store has not got it. The connection's thread asks for it, too.</summary>
    internal StoreWatcher? NameWatch { get; set; }

    /// <summary>The watch of its console, which is set after that of its name; null while the store has not got it.</summary>
    internal StoreWatcher? ConsoleWatch { get; set; }

    /// <summary>The store refused the last request about it.</summary>
    internal bool IsRefused { get; set; }

    /// <summary>It will be queued because the store refused. Any thread may ask.</summary>
    internal bool IsToBeRepeated
    {
        get => isToBeRepeated;
        set => isToBeRepeated = value;
    }

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
