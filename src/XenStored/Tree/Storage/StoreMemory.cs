using System.Collections;
using Xen.Linux;
using XenStored.Crashes;
using XenStored.Tree.Storage.InPlace;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree.Storage;

/// <summary>
/// The store's memory as a whole: a file, its blocks, the dead blocks, and the current root. Over an existing file it continues with the
/// newest published root. All blocks that this root does not reach are free.
/// </summary>
sealed class StoreMemory : IDisposable
{
    /// <summary>The stamp of a new tree's only node.</summary>
    const long RootStamp = 1;

    readonly StoreFile file;
    readonly Superblock superblock;
    readonly DomainEpochs epochs = new();
    readonly Stamps stamps;
    Ref publishedRoot, publishedRecords;
    long publishedStamp;

    /// <summary>Opens or makes the store in a file.</summary>
    /// <param name="owner">The owner of "/" in a new store.</param>
    /// <param name="boot">The id of the host's boot. A file of another boot is not opened.</param>
    /// <exception cref="PosixException">The file cannot be opened, or the file system has no space.</exception>
    /// <exception cref="InvalidDataException">The file is not a store of this version.</exception>
    internal StoreMemory(string path, long maximum, ushort owner, Guid boot = default)
    {
        file = new(path, maximum);
        bool isOpen = false;
        try
        {
            superblock = new(file, boot);
            Blocks = new(file, superblock.HashSeed);
            if (superblock.Newest() is { } root)
            {
                (Root, Records, IsReopened) = (root.Node, root.Records, true);
                stamps = new(root.LastStamp);
                Reclaimer = new(Blocks, epochs, stamps, root.Epoch);
                Mark();
                (publishedRoot, publishedRecords, publishedStamp) = (Root, Records, root.LastStamp);
            }
            else
            {
                stamps = new(RootStamp);
                Reclaimer = new(Blocks, epochs, stamps, Reclaimer.FirstEpoch);
                if (!Blocks.Slabs.TryReserve(1024))
                    throw new PosixException("fallocate " + path, Errno.ENOSPC);
                (Root, Records) = (NewRoot(owner), NewRoot(owner));
            }
            Crash.At(CrashPoint.StartIsOpen);
            (Slots, Calls) = (new(file, superblock), new(file, superblock));
            (Outgoing, Log) = (new(file, superblock), new(file, superblock));
            if (!IsReopened)
                Publish();
            isOpen = true;
        }
        finally
        {
            if (!isOpen)
                file.Dispose(); // else a file that is set aside would take memory as long as this process lives
        }
    }

    internal Blocks Blocks { get; }
    internal Reclaimer Reclaimer { get; }

    /// <summary>The node "/" as it is now.</summary>
    internal Ref Root { get; private set; }

    /// <summary>The root of the records of what the daemon knows beside the tree. No client sees them.</summary>
    internal Ref Records { get; private set; }

    /// <summary>The records of numbers that change with almost every iteration.</summary>
    internal TwinSlots Slots { get; }

    /// <summary>The system calls that moved bytes of clients since the last publish.</summary>
    internal SocketCalls Calls { get; }

    /// <summary>What clients are to get after the next publish.</summary>
    internal Outgoing Outgoing { get; }

    /// <summary>Adds to the logs that records have.</summary>
    internal InPlaceLog Log { get; }

    /// <summary>Whether the file existed before, so that the store goes on with what another process published.</summary>
    internal bool IsReopened { get; }

    /// <summary>The number of processes in a row that opened the file, with this one, of which none has served.</summary>
    internal int CountOpening() => superblock.CountOpening();

    /// <summary>This process serves: an iteration is over.</summary>
    internal void Serves() => superblock.Serves(IsReopened);

    /// <summary>How many processes went on with what is in the file, after the one that made it. This one counts once it serves.</summary>
    internal int Restarts => superblock.Restarts;

    /// <summary>The bytes of the file, and the bytes of blocks in use.</summary>
    internal (long Reserved, long Live) Bytes => (file.Length, Blocks.Slabs.LiveBytes);

    /// <summary>Whether <see cref="Reclaim"/> has dead blocks to free.</summary>
    internal bool HasWork => Reclaimer.HasWork;

    /// <summary>Begins a draft of the current tree, which is kept or discarded before the next one begins.</summary>
    internal Draft Begin() => Reclaimer.Begin(Root);

    /// <summary>Begins a draft of the records, which is kept by <see cref="KeepRecords"/> before another one begins.</summary>
    internal Draft BeginRecords() => Reclaimer.BeginRecords(Records);

    /// <summary>Makes the draft's records the current ones.</summary>
    internal void KeepRecords(Draft draft)
    {
        Records = draft.Root;
        Reclaimer.Retire(draft);
    }

    /// <summary>Begins a draft of the current tree that may exist while others change the tree: a transaction's.</summary>
    internal Draft BeginPrivate() => Reclaimer.BeginPrivate(Root);

    /// <summary>
    /// Makes the draft's tree the current one. Returns the root that it replaces, which can be read until <see cref="Retire"/>.
    /// </summary>
    internal Ref Accept(Draft draft)
    {
        var before = Root;
        Root = draft.Root;
        return before;
    }

    /// <summary>Retires the blocks that an accepted draft replaced. Each can be used again when no snapshot sees it.</summary>
    internal void Retire(Draft draft) => Reclaimer.Retire(draft);

    /// <summary>Discards a draft and its changes.</summary>
    internal void Discard(Draft draft) => Reclaimer.Discard(draft);

    /// <summary>Takes a snapshot of the current tree. Its blocks are not used again until <see cref="Drop"/>.</summary>
    internal Snapshot Take() => Reclaimer.Take(Root);

    /// <summary>Takes a snapshot of the tree that a kept draft replaced. Call this before <see cref="Retire"/>.</summary>
    internal Snapshot TakeBefore(Draft kept, Ref before) => Reclaimer.TakeBefore(kept, before);

    /// <summary>Drops a snapshot.</summary>
    internal void Drop(Snapshot snapshot) => Reclaimer.Drop(snapshot);

    /// <summary>The next stamp, for a special node or the beginning of a transaction, which are not nodes of the tree.</summary>
    internal long NextStamp() => stamps.Next();

    /// <summary>The node's permissions, without those of domains that died since it was written.</summary>
    internal ReadOnlySpan<Permission> PermissionsOf(scoped in NodeBlock node) => epochs.Of(node);

    /// <summary>Whether a permission on a node with this stamp is of a domain that died since.</summary>
    internal bool IsVoid(Permission permission, long stamp) => epochs.IsVoid(permission, stamp);

    /// <summary>A number that is another one after each death of a domain with this domid.</summary>
    internal long LastDeath(ushort domid) => epochs.LastDeath(domid);

    /// <summary>A domain died. Its permissions on nodes written so far are void. Returns the last stamp of those.</summary>
    internal long Died(ushort domid)
    {
        epochs.Died(domid, stamps.Last);
        return stamps.Last;
    }

    /// <summary>A domain had died when the node with this stamp was written last: an earlier process knew that.</summary>
    internal void DiedBefore(ushort domid, long stamp) => epochs.Died(domid, stamp);

    /// <summary>Publishes the current tree, which is what another process would find. Blocks that died before can then be freed.</summary>
    internal void Publish()
    {
        if (Root != publishedRoot || Records != publishedRecords
            || Slots.WaitsForPublish || Outgoing.WaitsForPublish || Calls.WaitsForPublish || Log.WaitsForPublish
            || stamps.Last != publishedStamp || Reclaimer.WaitsForPublish)
        {
            superblock.Publish(Reclaimer.Epoch, stamps.Last, Root, Records);
            (publishedRoot, publishedRecords, publishedStamp) = (Root, Records, stamps.Last);
            Slots.Published();
            Calls.Published();
            Outgoing.Published();
            Log.Published();
            Reclaimer.Published();
            Crash.At(CrashPoint.PublishIsOver);
        }
    }

    /// <summary>
    /// Frees dead blocks: up to <paramref name="budget"/>, and as many more as were allocated since the last time. With fewer, a guest
    /// whose requests leave many dead blocks would fill the store with them.
    /// </summary>
    internal void Reclaim(int budget) => Reclaimer.Reclaim((int)Math.Min((long)budget + Blocks.Slabs.TakeAllocated(), int.MaxValue));

    // A tree of one node "/", which only its owner may read or write.
    Ref NewRoot(ushort owner) =>
        new NodeSpec { Stamp = RootStamp, Permissions = [new(owner, Access.None)] }.Build(Blocks, Reclaimer.Epoch);

    // Finds the blocks that are in use. All others are free.
    void Mark()
    {
        var kept = new BitArray(checked((int)(file.Length / Ref.GranuleSize)));
        Blocks.Slabs.BeginMark();
        try
        {
            MarkReached(kept);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"a block refers to what is none: {e.Message}", e);
        }
        Blocks.Slabs.EndMark(place => kept[(int)place.Granule]);
    }

    void MarkReached(BitArray kept)
    {
        if (Blocks.Kind(Root) != BlockKind.Node || Blocks.Kind(Records) != BlockKind.Node)
            throw new InvalidDataException("its root is no node");
        var todo = new List<Ref> { Root, Records };
        while (todo.Count > 0)
        {
            var block = todo[^1];
            todo.RemoveAt(todo.Count - 1);
            if (kept[(int)block.Granule])
                throw new InvalidDataException($"two blocks refer to block {block.Granule}");
            kept[(int)block.Granule] = true;
            Blocks.Slabs.Keep(block);
            if (Blocks.Born(block) > Reclaimer.Epoch)
                throw new InvalidDataException($"block {block.Granule} is younger than the store");
            if (Refs.FaultOf(Blocks, block) is { } fault)
                throw new InvalidDataException($"block {block.Granule} cannot be used: {fault}");
            Refs.Collect(Blocks, block, todo);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
