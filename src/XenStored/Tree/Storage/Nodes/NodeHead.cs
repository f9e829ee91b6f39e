using System.Runtime.InteropServices;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tree.Storage.Nodes;

/// <summary>The fixed part of a node's block. The variable parts follow in the order of <see cref="NodeBlock"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
struct NodeHead
{
    internal const int Size = 24;

    internal BlockHeader Header;
    internal long Stamp;
    internal ushort NameLength, ValueLength, PermissionCount, Shape;
}
