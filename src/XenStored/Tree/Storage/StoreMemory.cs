using System.Collections;
using Xen.Linux;

namespace XenStored.Tree.Storage;

/// <summary>
/// The store's memory as a whole: a file, its blocks, what has died, and which root is true. Opened anew over an existing file it goes on
/// from the newest root that was published; all that root does not reach is free.
/// </summary>
sealed class StoreMemory : IDisposable
{
    /// <summary>The stamp of a new tree's only node.</summary>
    const long RootStamp = 1;

    readonly StoreFile file;
    readonly Superblock superblock;
    readonly DomainEpochs epochs = new();
    readonly Stamps stamps;
    Ref publishedRoot;
    long publishedStamp;

    /// <summary>Opens or makes the store in a file.</summary>
    /// <param name="owner">Owner of "/" in a new store.</param>
    /// <exception cref="PosixException">The file cannot be opened or has no room.</exception>
    /// <exception cref="InvalidDataException">The file is no store of this version.</exception>
    internal StoreMemory(string path, long maximum, ushort owner)
    {
        file = new(path, maximum);
        superblock = new(file);
        Blocks = new(file, superblock.HashSeed);
        if (superblock.Newest() is { } root)
        {
            Root = root.Node;
            stamps = new(root.LastStamp);
            Reclaimer = new(Blocks, epochs, stamps, root.Epoch);
            Mark();
        }
        else
        {
            stamps = new(RootStamp);
            Reclaimer = new(Blocks, epochs, stamps, Reclaimer.FirstEpoch);
            if (!Blocks.Slabs.TryReserve(1024))
                throw new PosixException("fallocate " + path, Errno.ENOSPC);
            Root = NewRoot(owner);
        }
        Publish();
    }

    internal Blocks Blocks { get; }
    internal Reclaimer Reclaimer { get; }

    /// <summary>The node "/" as it is now.</summary>
    internal Ref Root { get; private set; }

    /// <summary>Bytes of the file that have pages behind them, and in blocks in use.</summary>
    internal (long Reserved, long Live) Bytes => (file.Length, Blocks.Slabs.LiveBytes);

    /// <summary>Work is left for <see cref="EndTurn"/>.</summary>
    internal bool HasWork => Reclaimer.HasWork;

    /// <summary>A draft of the true tree, to be kept or discarded before the next one begins.</summary>
    internal Draft Begin() => Reclaimer.Begin(Root);

    /// <summary>A draft of the true tree that lives through others' changes: a transaction's.</summary>
    internal Draft BeginPrivate() => Reclaimer.BeginPrivate(Root);

    /// <summary>
    /// The draft's tree is the true one from now on. Answers the root that it replaces, which can be read until <see cref="Release"/>.
    /// </summary>
    internal Ref Keep(Draft draft)
    {
        var before = Root;
        Root = draft.Root;
        return before;
    }

    /// <summary>Lets go what a kept draft replaced: its blocks may be used again as soon as no snapshot sees them.</summary>
    internal void Release(Draft draft) => Reclaimer.Keep(draft);

    /// <summary>A draft is not kept.</summary>
    internal void Discard(Draft draft) => Reclaimer.Discard(draft);

    /// <summary>Keeps the tree as it is now from reuse, until <see cref="Drop"/>.</summary>
    internal Snapshot Take() => Reclaimer.Take(Root);

    /// <summary>Keeps the tree that a kept draft replaced, until <see cref="Drop"/>. To be called before <see cref="Release"/>.</summary>
    internal Snapshot TakeBefore(Draft kept, Ref before) => Reclaimer.TakeBefore(kept, before);

    /// <summary>Lets a snapshot go.</summary>
    internal void Drop(Snapshot snapshot) => Reclaimer.Drop(snapshot);

    /// <summary>A stamp for what is no node of the tree: a special node, or the beginning of a transaction.</summary>
    internal long NextStamp() => stamps.Next();

    /// <summary>The node's permissions, less those of domains that died since it was written.</summary>
    internal ReadOnlySpan<Permission> PermissionsOf(in NodeBlock node) => epochs.Of(node);

    /// <summary>Whether a permission on a node with this stamp is of a domain that died since.</summary>
    internal bool IsVoid(Permission permission, long stamp) => epochs.IsVoid(permission, stamp);

    /// <summary>A domain died: permissions that name it on nodes written so far are void.</summary>
    internal void Died(ushort domid) => epochs.Died(domid, stamps.Last);

    /// <summary>
    /// Publishes, then frees dead blocks: up to <paramref name="budget"/>, and as many more as were made since, for each dies once. Were
    /// it fewer, a guest whose requests leave many dead blocks would fill the store with them.
    /// </summary>
    internal void EndTurn(int budget)
    {
        Publish();
        Reclaimer.Reclaim(budget + Blocks.Slabs.TakeAllocated());
    }

    /// <summary>Makes the tree as it is now what another process would find; blocks that died before may then go.</summary>
    internal void Publish()
    {
        if (Root != publishedRoot || stamps.Last != publishedStamp || Reclaimer.WaitsForPublish)
        {
            superblock.Publish(Reclaimer.Epoch, stamps.Last, Root);
            (publishedRoot, publishedStamp) = (Root, stamps.Last);
            Reclaimer.Published();
        }
    }

    // A tree of one node "/", closed to all but its owner.
    Ref NewRoot(ushort owner) =>
        new NodeSpec { Generation = RootStamp, Permissions = [new(owner, Access.None)] }.Build(Blocks, Reclaimer.Epoch);

    void Mark()
    {
        var slabs = Blocks.Slabs;
        var kept = new BitArray(checked((int)(file.Length / Ref.GranuleSize)));
        var todo = new List<Ref> { Root };
        slabs.BeginMark();
        while (todo.Count > 0)
        {
            var block = todo[^1];
            todo.RemoveAt(todo.Count - 1);
            slabs.Keep(block);
            kept[(int)block.Granule] = true;
            Refs.Collect(Blocks, block, todo);
        }
        slabs.EndMark(place => kept[(int)place.Granule]);
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
