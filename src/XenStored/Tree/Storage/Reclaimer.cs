using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tree.Storage;

/// <summary>
/// Finds out which blocks can be used again. A block that died waits until no snapshot sees it and the next root is published. Then it is
/// freed. Of a dead subtree some blocks are freed in each iteration. Worked example: snapshot S is taken at epoch 10. Block b (born 7) dies
/// at 12. S sees b, because b existed when S was taken, so b goes on S's list. Block c (born 11) dies at 13, and no snapshot sees it. When
/// S is dropped, b goes to the newest older snapshot of epoch 7 or more. If there is none, b is freed after the next publish.
/// </summary>
sealed class Reclaimer(Blocks blocks, DomainEpochs epochs, Stamps stamps, long epoch)
{
    /// <summary>The first epoch of a new file. It is above any number that the header of a free block may have.</summary>
    internal const long FirstEpoch = 1 << 16;

    readonly record struct Work(Ref Block, WorkKind Kind, long Limit);

    enum WorkKind
    {
        /// <summary>One block. It is free when the next root is published.</summary>
        Block,
        /// <summary>A block and all that it refers to, except what a snapshot older than Limit sees.</summary>
        Subtree,
        /// <summary>A block of a discarded draft and all that it refers to, if born in the epoch Limit.</summary>
        Draft,
    }

    readonly List<Snapshot> snapshots = []; // oldest first
    readonly List<Work> untilPublish = [];
    readonly Stack<Work> work = [];
    readonly List<Ref> refs = [];
    Draft? request, records;
    long epoch = epoch;
    long published = epoch;

    /// <summary>The newest epoch.</summary>
    internal long Epoch => epoch;

    /// <summary>Whether <see cref="Reclaim"/> has something to do.</summary>
    internal bool HasWork => work.Count > 0;

    /// <summary>Whether a publish would free dead blocks.</summary>
    internal bool WaitsForPublish => untilPublish.Count > 0;

    /// <summary>Begins a draft that may exist while others change the tree.</summary>
    internal Draft BeginPrivate(Ref root) => New().Begin(++epoch, root);

    /// <summary>Begins a draft that is kept or discarded before the next one begins. It is the same object each time.</summary>
    internal Draft Begin(Ref root) => (request ??= New()).Begin(++epoch, root);

    /// <summary>
    /// Begins a draft of the records. They have stamps of their own: a client sees those of the tree, which must not depend on when
    /// something was recorded.
    /// </summary>
    internal Draft BeginRecords(Ref root) => (records ??= new(blocks, this, epochs, new(0))).Begin(++epoch, root);

    /// <summary>Takes a snapshot of a root, which is the store's current root.</summary>
    internal Snapshot Take(Ref root) => Take(root, epoch);

    /// <summary>
    /// Takes a snapshot of the root that a draft replaces, so that what the draft drops stays. Call this before <see cref="Retire"/>.
    /// </summary>
    internal Snapshot TakeBefore(Draft draft, Ref root) => Take(root, draft.Epoch - 1);

    Snapshot Take(Ref root, long upTo)
    {
        var snapshot = new Snapshot(upTo, root);
        snapshots.Add(snapshot); // a draft that begins later has a higher epoch
        return snapshot;
    }

    /// <summary>Drops a snapshot.</summary>
    internal void Drop(Snapshot snapshot)
    {
        snapshots.Remove(snapshot);
        foreach (var (block, isSubtree) in snapshot.Dead)
            Died(block, isSubtree, snapshot.Epoch + 1);
        snapshot.Dead.Clear();
    }

    /// <summary>The draft's root is now the store's. The blocks that the draft no longer needs are dead.</summary>
    internal void Retire(Draft draft)
    {
        foreach (var block in draft.DeadBlocks)
            Died(block, isSubtree: false, draft.Epoch);
        foreach (var block in draft.DeadSubtrees)
            Died(block, isSubtree: true, draft.Epoch);
    }

    /// <summary>Discards a draft. Its own blocks are dead; the older blocks that it no longer needed are not.</summary>
    internal void Discard(Draft draft) => Discard(draft, draft.Root);

    /// <summary>Discards a part of a draft that itself goes on.</summary>
    internal void Discard(Draft draft, Ref part)
    {
        if (draft.IsMine(part))
            work.Push(new(part, WorkKind.Draft, draft.Epoch));
    }

    /// <summary>A root was published. Only snapshots see the blocks that died before.</summary>
    internal void Published()
    {
        published = epoch;
        foreach (var item in untilPublish)
            if (item.Kind == WorkKind.Block)
                blocks.Slabs.Free(item.Block); // at once, because with a budget a busy guest could make blocks faster than they are freed
            else
                work.Push(item);
        untilPublish.Clear();
    }

    /// <summary>Frees up to <paramref name="budget"/> dead blocks.</summary>
    internal void Reclaim(int budget)
    {
        while (budget-- > 0 && work.TryPop(out var item))
        {
            if (item.Kind == WorkKind.Draft ? blocks.Born(item.Block) != item.Limit : IsSeen(item))
                continue;
            refs.Clear();
            Refs.Collect(blocks, item.Block, refs);
            foreach (var below in refs)
                if (item.Kind != WorkKind.Draft || blocks.Born(below) == item.Limit)
                    work.Push(item with { Block = below });
            blocks.Slabs.Free(item.Block);
        }
    }

    Draft New() => new(blocks, this, epochs, stamps);

    // No snapshot sees a dead subtree's root, but one may see an older part of it. That part goes on the snapshot's list.
    bool IsSeen(Work item)
    {
        if (Sees(item.Block, item.Limit) is not { } snapshot)
            return false;
        snapshot.Dead.Add((item.Block, true));
        return true;
    }

    void Died(Ref block, bool isSubtree, long when)
    {
        if (Sees(block, when) is { } snapshot)
            snapshot.Dead.Add((block, isSubtree));
        else if (!isSubtree && blocks.Born(block) > published)
            blocks.Slabs.Free(block); // born and died between two publishes, so nobody ever saw it
        else
            untilPublish.Add(new(block, isSubtree ? WorkKind.Subtree : WorkKind.Block, when));
    }

    // The newest snapshot that was taken before the block died, if the block existed then; else null.
    Snapshot? Sees(Ref block, long died)
    {
        for (int i = snapshots.Count - 1; i >= 0; i--)
            if (snapshots[i].Epoch < died)
                return snapshots[i].Epoch >= blocks.Born(block) ? snapshots[i] : null;
        return null;
    }
}
