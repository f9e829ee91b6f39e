namespace XenStored.Tree.Storage;

/// <summary>
/// Which blocks may be used again. A block that died waits for the newest living snapshot that sees it, else for the next publish; then
/// it may be used again; subtrees are gone through some blocks a turn. Worked example: S is taken at epoch 10; block b (born 7) dies at
/// 12 and is put on S's list, for b was there when S was taken; c (born 11) dies at 13: no snapshot sees it. S is dropped: b goes to the
/// newest older snapshot of epoch 7 or more, or is reclaimed after the next publish.
/// </summary>
sealed class Reclaimer(Blocks blocks, DomainEpochs epochs, Stamps stamps, long epoch)
{
    /// <summary>The first epoch of a new file: beyond any number that the header of a free block may hold.</summary>
    internal const long FirstEpoch = 1 << 16;

    readonly record struct Work(Ref Block, WorkKind Kind, long Limit);

    enum WorkKind
    {
        /// <summary>Nobody can see it once the next root is published.</summary>
        Block,
        /// <summary>With what it refers to, as far as no snapshot older than Limit sees it.</summary>
        Subtree,
        /// <summary>With what it refers to, as far as it was born in the epoch Limit: a draft that was not kept.</summary>
        Draft,
    }

    readonly List<Snapshot> snapshots = []; // oldest first
    readonly List<Work> untilPublish = [];
    readonly Stack<Work> work = [];
    readonly List<Ref> refs = [];
    Draft? request;
    long epoch = epoch;
    long published;

    /// <summary>The newest epoch.</summary>
    internal long Epoch => epoch;

    /// <summary>Whether <see cref="Reclaim"/> has something to do.</summary>
    internal bool HasWork => work.Count > 0;

    /// <summary>Whether a publish would let dead blocks go.</summary>
    internal bool WaitsForPublish => untilPublish.Count > 0;

    /// <summary>A draft of its own, which may live through others' changes.</summary>
    internal Draft BeginPrivate(Ref root) => New().Begin(++epoch, root);

    /// <summary>A draft that is kept or discarded before the next one begins: the same object each time.</summary>
    internal Draft Begin(Ref root) => (request ??= New()).Begin(++epoch, root);

    /// <summary>Keeps a root, which is the store's own at this moment.</summary>
    internal Snapshot Take(Ref root) => Take(root, epoch);

    /// <summary>Keeps a root that a draft replaces: what the draft drops stays. To be called before <see cref="Keep"/>.</summary>
    internal Snapshot TakeBefore(Draft draft, Ref root) => Take(root, draft.Epoch - 1);

    Snapshot Take(Ref root, long upTo)
    {
        var snapshot = new Snapshot(upTo, root);
        snapshots.Add(snapshot); // each draft that begins from now on is younger
        return snapshot;
    }

    /// <summary>Lets a snapshot go.</summary>
    internal void Drop(Snapshot snapshot)
    {
        snapshots.Remove(snapshot);
        foreach (var (block, isSubtree) in snapshot.Dead)
            Died(block, isSubtree, snapshot.Epoch + 1);
        snapshot.Dead.Clear();
    }

    /// <summary>The draft's root becomes the store's: what it no longer needs is dead.</summary>
    internal void Keep(Draft draft)
    {
        foreach (var block in draft.DeadBlocks)
            Died(block, isSubtree: false, draft.Epoch);
        foreach (var block in draft.DeadSubtrees)
            Died(block, isSubtree: true, draft.Epoch);
    }

    /// <summary>The draft's root is forgotten: its own blocks are free, its dead live on.</summary>
    internal void Discard(Draft draft) => Discard(draft, draft.Root);

    /// <summary>A part of a private draft is forgotten while the draft goes on.</summary>
    internal void Discard(Draft draft, Ref part)
    {
        if (draft.IsMine(part))
            work.Push(new(part, WorkKind.Draft, draft.Epoch));
    }

    /// <summary>A root is published: what died before is seen by snapshots only.</summary>
    internal void Published()
    {
        published = epoch;
        foreach (var item in untilPublish)
            if (item.Kind == WorkKind.Block)
                blocks.Slabs.Free(item.Block); // as many as were copied: freeing them later would let a busy guest outrun us
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

    // A subtree's root is on nobody's list, but a part of it may be as old as a snapshot: the part waits there.
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
            blocks.Slabs.Free(block); // born and dead between two publishes: nobody ever saw it
        else
            untilPublish.Add(new(block, isSubtree ? WorkKind.Subtree : WorkKind.Block, when));
    }

    // The newest snapshot, taken before the block died, that is as young as the block.
    Snapshot? Sees(Ref block, long died)
    {
        for (int i = snapshots.Count - 1; i >= 0; i--)
            if (snapshots[i].Epoch < died)
                return snapshots[i].Epoch >= blocks.Born(block) ? snapshots[i] : null;
        return null;
    }
}
