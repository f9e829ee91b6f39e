using XenStored.Accounting;
using XenStored.Surroundings;
using XenStored.Tree.Storage;

namespace XenStored.Store;

/// <summary>Publishes the store when an iteration is over: what its requests changed becomes what another process would find.</summary>
/// <param name="records">They are published with the tree.</param>
/// <param name="control">Is told when the store is full.</param>
sealed class Publisher(StoreMemory memory, Accounts accounts, RecordWriter records, IDaemonControl control)
{
    /// <summary>Publishes, and then frees dead blocks. Returns whether some are left, or removals that are not counted yet.</summary>
    /// <param name="budget">The most nodes that are counted, and the most blocks that are freed. The rest waits.</param>
    internal bool PublishAndReclaim(int budget)
    {
        accounts.CountRemovals(budget);
        records.Write();
        memory.Publish();
        memory.Reclaim(budget);
        if (memory.Blocks.Slabs.TakeRefusal() is not 0 and var errno)
            control.Full(errno);
        return accounts.HasWork || memory.HasWork;
    }
}
