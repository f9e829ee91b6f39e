namespace XenStored.Connections.State;

/// <summary>The scheduler's queues that contain a connection.</summary>
[Flags]
enum QueueMarks : byte
{
    /// <summary>No queue.</summary>
    None = 0,
    /// <summary>It is served in the next iteration.</summary>
    Ready = 1,
    /// <summary>It is flushed at the end of this iteration.</summary>
    Dirty = 2,
    /// <summary>It may have requests, and a gate is closed.</summary>
    Held = 4,
    /// <summary>It waits until nobody has priority.</summary>
    Deferred = 8,
    /// <summary>There was no memory for its records.</summary>
    Unrecorded = 16,
}
