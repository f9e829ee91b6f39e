using XenStored.State;
using XenStored.State.Memory;

namespace XenStored.Store;

/// <summary>Changes to a draft, each with what it adds to the accounts of the nodes' owners.</summary>
static class Edit
{
    internal static void SetValue(Draft draft, Walk walk, ReadOnlySpan<byte> value, long generation, Ledger ledger)
    {
        var node = new NodeBlock(draft.Blocks, walk.Deepest);
        int dropped = node.Permissions.Length - draft.PermissionsOf(node).Length;
        ledger.Add(node.Permissions[0].Domid, 0, value.Length - node.ValueLength - 8 * dropped);
        Tree.SetValue(draft, walk, value, generation);
    }

    internal static void SetPermissions(Draft draft, Walk walk, StorePath path, ReadOnlySpan<Permission> permissions, long generation, Ledger ledger)
    {
        var node = new NodeBlock(draft.Blocks, walk.Deepest);
        int bytes = path.Bytes.Length + Tree.RecordSize(draft.Blocks, node);
        ledger.Add(node.Permissions[0].Domid, -1, -bytes);
        ledger.Add(permissions[0].Domid, 1, bytes + 8 * (permissions.Length - node.Permissions.Length));
        Tree.SetPermissions(draft, walk, permissions, generation);
    }

    internal static void Create(Draft draft, Walk walk, StorePath path, ReadOnlySpan<Permission> permissions, ReadOnlySpan<byte> value,
        ref long generation, Ledger ledger)
    {
        var parent = new NodeBlock(draft.Blocks, walk.Deepest);
        int dropped = parent.Permissions.Length - draft.PermissionsOf(parent).Length;
        var missing = walk.Missing(path);
        int firstName = missing.IndexOf((byte)'/') is var slash && slash < 0 ? missing.Length : slash;
        ledger.Add(parent.Permissions[0].Domid, 0, firstName + 1 - 8 * dropped);

        var (nodes, bytes) = Size(path, missing, permissions.Length, value.Length);
        ledger.Add(permissions[0].Domid, nodes, bytes);
        Tree.Create(draft, walk, missing, permissions, value, ref generation);
    }

    /// <summary>How many nodes a creation makes, and the bytes charged for them.</summary>
    internal static (int Nodes, long Bytes) Size(StorePath path, ReadOnlySpan<byte> missing, int permissions, int value)
    {
        int nodes = missing.Count((byte)'/') + 1;
        int firstName = missing.IndexOf((byte)'/') is var slash && slash < 0 ? missing.Length : slash;
        long bytes = nodes * (Tree.RecordHead + 8L * permissions) + value + missing.Length - firstName; // the names below the first, with their NULs
        for (int end = path.Bytes.Length, left = nodes; left > 0; left--)
        {
            bytes += end;
            end = path.Bytes[..end].LastIndexOf((byte)'/');
        }
        return (nodes, bytes);
    }

    /// <summary>Removes the walk's node. What was below it is taken from the accounts by <see cref="Removals"/>.</summary>
    internal static void Remove(Draft draft, Walk walk, long generation, Ledger ledger)
    {
        var parent = new NodeBlock(draft.Blocks, walk.Above);
        int dropped = parent.Permissions.Length - draft.PermissionsOf(parent).Length;
        int name = new NodeBlock(draft.Blocks, walk.Deepest).Name.Length;
        ledger.Add(parent.Permissions[0].Domid, 0, -(name + 1) - 8 * dropped);
        Tree.Remove(draft, walk, generation);
    }
}
