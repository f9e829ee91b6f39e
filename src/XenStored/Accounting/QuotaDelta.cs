using System.Runtime.InteropServices;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Accounting;

/// <summary>
/// The nodes and bytes that changes add to the accounts of the nodes' owners, or take from them. A change has few owners, so a list is
/// enough.
/// </summary>
sealed class QuotaDelta(StoreMemory memory)
{
    internal readonly record struct Entry(ushort Domid, int Nodes, long Bytes);

    readonly List<Entry> entries = [];

    /// <summary>One entry for each domain. The span is valid until the next addition.</summary>
    internal ReadOnlySpan<Entry> Entries => CollectionsMarshal.AsSpan(entries);

    internal void Clear() => entries.Clear();

    internal void Add(ushort domid, int nodes, long bytes)
    {
        for (int i = 0; i < entries.Count; i++)
            if (entries[i].Domid == domid)
            {
                entries[i] = new(domid, entries[i].Nodes + nodes, entries[i].Bytes + bytes);
                return;
            }
        entries.Add(new(domid, nodes, bytes));
    }

    /// <summary>
    /// Adds a change that is not made yet. For a removal it adds only the parent's part; <see cref="Removals"/> counts the removed nodes.
    /// </summary>
    internal void Add(in Change change)
    {
        switch (change.Kind)
        {
            case ChangeKind.Remove:
                AddToParent(new(memory.Blocks, change.Walk.Above), -NameBytes(change.Walk.Node.Name.Length));
                break;
            case ChangeKind.Create:
                AddCreation(change);
                break;
            case ChangeKind.SetValue:
                var written = change.Walk.Node;
                Add(written.Owner, 0, change.Value.Length - written.ValueLength - VoidBytes(written));
                break;
            default:
                var given = change.Walk.Node;
                long bytes = change.Path.Bytes.Length + NodeRecord.Size(memory.Blocks, given);
                Add(given.Owner, -1, -bytes);
                bytes += NodeRecord.PermissionBytes(change.Permissions.Length - given.Permissions.Length);
                Add(change.Permissions[0].Domid, 1, bytes);
                break;
        }
    }

    // Adds the new nodes' records and paths, and for each node its name in its parent's record.
    void AddCreation(in Change change)
    {
        var names = change.Missing;
        int first = names.IndexOf((byte)'/') is var slash && slash < 0 ? names.Length : slash;
        AddToParent(change.Walk.Node, NameBytes(first));

        int nodes = names.Count((byte)'/') + 1;
        long bytes = (long)nodes * NodeRecord.SizeOfNew(change.Permissions.Length, 0) + change.Value.Length + names.Length - first;
        for (int end = change.Path.Bytes.Length, left = nodes; left > 0; left--)
        {
            bytes += end;
            end = change.Path.Bytes[..end].LastIndexOf((byte)'/');
        }
        Add(change.Permissions[0].Domid, nodes, bytes);
    }

    void AddToParent(in NodeBlock parent, int bytes) => Add(parent.Owner, 0, bytes - VoidBytes(parent));

    // A node that is written loses its void permissions.
    int VoidBytes(in NodeBlock node) => NodeRecord.PermissionBytes(node.Permissions.Length - memory.PermissionsOf(node).Length);

    static int NameBytes(int length) => length + 1; // with its NUL
}
