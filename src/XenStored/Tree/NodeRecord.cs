using XenStored.Tree.Storage;

namespace XenStored.Tree;

/// <summary>
/// The bytes that accounts and the quota node-size take a node for: its record in C xenstored 4.18 and later, so that a limit means the
/// same under either daemon. It is not what the node's block takes of the memory; that is <see cref="NodeSpec.Size"/>. Accounts charge
/// the path beside it.
/// </summary>
static class NodeRecord
{
    /// <summary>Bytes of a record's fixed part: C's struct node header.</summary>
    internal const int Head = 16;

    /// <summary>Bytes of one permission in a record: C's struct xs_permissions, two numbers of four bytes.</summary>
    const int Permission = 8;

    /// <summary>Bytes that permissions take in a record.</summary>
    internal static int PermissionBytes(int count) => Permission * count;

    /// <summary>Bytes of a new node's record, which has no children yet.</summary>
    internal static int SizeOfNew(int permissions, int valueLength) => Head + PermissionBytes(permissions) + valueLength;

    /// <summary>Bytes of a node's record: fixed part, permissions, value, and the children's names with their NULs.</summary>
    internal static int Size(Blocks blocks, in NodeBlock node) =>
        SizeOfNew(node.Permissions.Length, node.ValueLength) + Children.NameBytes(blocks, node);
}
