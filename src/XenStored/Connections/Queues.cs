namespace XenStored.Connections;

/// <summary>In which of the scheduler's queues a connection is.</summary>
[Flags]
enum Queues : byte
{
    /// <summary>In none.</summary>
    None = 0,
    /// <summary>It is served in the next iteration.</summary>
    Ready = 1,
    /// <summary>It is flushed at the end of this iteration.</summary>
    Dirty = 2,
    /// <summary>It has something to say, and a gate is closed.</summary>
    Held = 4,
    /// <summary>It waits until nobody has the floor.</summary>
    Deferred = 8,
}
