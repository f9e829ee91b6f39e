using System.Collections;

namespace XenStored.State.Memory;

/// <summary>
/// The store's memory as a whole: a file, its blocks, what has died, and which root is true. Opened anew over an existing file it goes on
/// from the newest root that was published; all that root does not reach is free.
/// </summary>
sealed class StoreMemory : IDisposable
{
    readonly StoreFile file;
    readonly Superblock superblock;
    Ref publishedRoot;
    long publishedGeneration;

    /// <summary>Opens or makes the store in a file.</summary>
    /// <param name="owner">Owner of "/" in a new store.</param>
    /// <exception cref="Xen.Posix.PosixException">The file cannot be opened or has no room.</exception>
    /// <exception cref="InvalidDataException">The file is no store of this version.</exception>
    internal StoreMemory(string path, long maximum, ushort owner)
    {
        file = new(path, maximum);
        superblock = new(file);
        Blocks = new(file, superblock.HashSeed);
        if (superblock.Newest() is { } root)
        {
            (Root, NodeGeneration) = (root.Node, root.NodeGeneration);
            History = new(Blocks, Liveness, root.Epoch);
            Mark();
        }
        else
        {
            History = new(Blocks, Liveness, History.FirstEpoch);
            if (!Blocks.Slabs.TryReserve(1024))
                throw new Xen.Posix.PosixException("fallocate " + path, Xen.Posix.Errno.ENOSPC);
            NodeGeneration = 1;
            Root = Tree.NewRoot(Blocks, History.Epoch, owner);
        }
        Publish();
    }

    internal Blocks Blocks { get; }
    internal Liveness Liveness { get; } = new();
    internal History History { get; }

    /// <summary>The node "/" as it is now.</summary>
    internal Ref Root { get; private set; }

    /// <summary>Stamp of the node written last.</summary>
    internal long NodeGeneration { get; set; }

    /// <summary>Bytes of the file that have pages behind them, and in blocks in use.</summary>
    internal (long Reserved, long Live) Bytes => (file.Length, Blocks.Slabs.LiveBytes);

    /// <summary>A draft of the true tree.</summary>
    internal Draft Begin() => History.Begin(Root);

    /// <summary>A draft of the true tree that lives through others' changes: a transaction's.</summary>
    internal Draft BeginPrivate() => History.BeginPrivate(Root);

    /// <summary>The draft's tree is the true one from now on.</summary>
    internal void Keep(Draft draft)
    {
        Root = draft.Root;
        History.Keep(draft);
    }

    /// <summary>Makes the tree as it is now what another process would find; blocks that died before may then go.</summary>
    internal void Publish()
    {
        if (Root != publishedRoot || NodeGeneration != publishedGeneration || History.WaitsForPublish)
        {
            superblock.Publish(History.Epoch, NodeGeneration, Root);
            (publishedRoot, publishedGeneration) = (Root, NodeGeneration);
            History.Published();
        }
    }

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
