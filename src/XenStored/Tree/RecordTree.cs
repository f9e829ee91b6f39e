using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree;

/// <summary>
/// What the daemon knows beside the tree, in the same file: a second tree, whose nodes are records. It is published together with the
/// first, so another process that opens the file finds both as they were at one moment. No client sees it.
/// </summary>
sealed class RecordTree(StoreMemory memory)
{
    static readonly Permission[] NoPermissions = [new(0, Access.None)];

    readonly Walk walk = new(memory.Blocks);

    /// <summary>The most bytes of a record. With its head and its name it must fit into a block.</summary>
    const int MostOfValue = 12 * 1024;

    /// <summary>Makes a record, or gives it another value. False: there is no memory for it, and nothing changed.</summary>
    /// <param name="path">Names with slashes before them.</param>
    /// <param name="value">At most 12 KiB. More is a fault of ours, and refused.</param>
    internal bool TrySet(ReadOnlySpan<byte> path, ReadOnlySpan<byte> value) => TrySet(path, value, mayTakeLast: true);

    bool TrySet(ReadOnlySpan<byte> path, ReadOnlySpan<byte> value, bool mayTakeLast)
    {
        if (value.Length > MostOfValue)
            return false;
        var known = StorePath.Trusted(path);
        walk.To(memory.Records, known);
        return Make(
            walk.Found ? Change.SetValue(walk, known, value) : Change.Create(walk, known, NoPermissions, value), mayTakeLast);
    }

    /// <summary>
    /// Makes a record, or gives it another value, and returns the block of the value, in which a log can be kept. Null: there is no memory
    /// for it, and nothing changed: of the memory that is reserved for removals it takes none.
    /// </summary>
    /// <param name="value">Too long for the node's own block.</param>
    internal Ref? TrySetLog(ReadOnlySpan<byte> path, ReadOnlySpan<byte> value) =>
        TrySet(path, value, mayTakeLast: false) ? LogAt(path) : null;

    /// <summary>The block of a value for which <see cref="TrySetLog"/> was called; null if there is no such record.</summary>
    internal Ref? LogAt(ReadOnlySpan<byte> path)
    {
        walk.To(memory.Records, StorePath.Trusted(path));
        return walk.Found && walk.Node.HasExternalValue ? walk.Node.ExternalValue : null;
    }

    /// <summary>Removes a record and all below it, if it is there. False: there is no memory for that, and nothing changed.</summary>
    internal bool TryRemove(ReadOnlySpan<byte> path)
    {
        var known = StorePath.Trusted(path);
        walk.To(memory.Records, known);
        return !walk.Found || Make(Change.Remove(walk, known), mayTakeLast: true);
    }

    /// <summary>A record's value; null if there is none.</summary>
    internal byte[]? Get(ReadOnlySpan<byte> path)
    {
        walk.To(memory.Records, StorePath.Trusted(path));
        return walk.Found ? walk.Node.Value.ToArray() : null;
    }

    /// <summary>The records below a path, in the order in which they were made.</summary>
    internal List<(byte[] Name, byte[] Value)> Below(ReadOnlySpan<byte> path)
    {
        var found = new List<(byte[], byte[])>();
        walk.To(memory.Records, StorePath.Trusted(path));
        if (!walk.Found)
            return found;
        var node = walk.Node;
        for (uint position = 0; Children.TryNext(memory.Blocks, node, ref position, out var child); position++)
        {
            var record = new NodeBlock(memory.Blocks, child);
            found.Add((record.Name.ToArray(), record.Value.ToArray()));
        }
        return found;
    }

    bool Make(in Change change, bool mayTakeLast)
    {
        if (!Capacity.TryReserve(memory.Blocks, change, mayTakeLast))
            return false;
        var draft = memory.BeginRecords();
        TreeEdit.Make(draft, change);
        memory.KeepRecords(draft);
        return true;
    }
}
