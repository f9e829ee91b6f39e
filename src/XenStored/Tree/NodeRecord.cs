using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree;

/// <summary>
/// The size of a node for accounts and for the quota node-size: the size of its record in C xenstored 4.18 and later. So a limit means the
/// same under both daemons. It is not the size of the node's block, which is <see cref="NodeSpec.Size"/>. Accounts also charge the path.
/// </summary>
static class NodeRecord
{
    /// <summary>Bytes of a record's fixed part: the header of C's node record.</summary>
    internal const int Head = 16;

    /// <summary>Bytes of one permission in a record: C's struct xs_permissions, two numbers of four bytes.</summary>
    const int Permission = 8;

    /// <summary>Bytes that permissions take in a record.</summary>
    internal static int PermissionBytes(int count) => Permission * count;

    /// <summary>Bytes of the record of a new node, which has no children.</summary>
    internal static int SizeOfNew(int permissions, int valueLength) => Head + PermissionBytes(permissions) + valueLength;

    /// <summary>Bytes of a node's record: fixed part, permissions, value, and the children's names with their NULs.</summary>
    internal static int Size(Blocks blocks, in NodeBlock node) =>
        SizeOfNew(node.Permissions.Length, node.ValueLength) + Children.NameBytes(blocks, node);
}
