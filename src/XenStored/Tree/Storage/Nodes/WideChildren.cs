using System.Runtime.InteropServices;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tree.Storage.Nodes;

/// <summary>The part of a wide node's block that leads to its children: a trie by their order, and a trie by their names.</summary>
[StructLayout(LayoutKind.Sequential)]
record struct WideChildren(Ref Order, Ref Names, uint Next, uint Live, uint NameBytes)
{
    internal const int Size = 20;
}
